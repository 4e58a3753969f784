import { randomStream } from "../core/random.ts";
import { createArrivalProcess, type ArrivalSpec } from "./arrivals/arrival-process.ts";
import type { RequestTable } from "./request.ts";

/** The same requests in the same order, arriving as the process says; seconds since the process started. */
export function assignArrivals(table: RequestTable, process: ArrivalSpec, seed: number): RequestTable {
  const nextArrival = createArrivalProcess(process, randomStream(seed, "arrivals"));
  return { ...table, arrivalSeconds: table.arrivalSeconds.map(() => nextArrival()) };
}
