import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { Bench } from "tinybench";
import { azureCase, runCase, type Case } from "./azure-case.ts";
import { runBareLoop } from "./bare-loop.ts";
import { median, printTable, whole } from "./table.ts";

const COLD_RUNS = 5;

/** Requests per second in-process: cold, warm, against the plain loop and against the bare loop, in one run. */
export async function benchAzure(): Promise<void> {
  const rows: string[][] = [];
  for (const [replicas, budget] of [
    [1, 512],
    [4, 512],
    [1, 2048],
    [4, 2048],
  ] as const) {
    const prepared = await azureCase(replicas, budget);
    const requests = prepared.table.length;
    const cold = requests / median(Array.from({ length: COLD_RUNS }, () => coldSeconds(replicas, budget)));
    const fast = await requestsPerSecond(requests, pinned(prepared, "fast-forward"));
    const plain = await requestsPerSecond(requests, pinned(prepared, "step-by-step"), 1);
    const bare = await requestsPerSecond(requests, pinnedBareLoop(prepared, budget));
    rows.push([
      `${replicas} × Llama-3.1-8B, budget ${budget}`,
      whole(cold),
      whole(fast),
      whole(plain),
      `${(fast / plain).toFixed(1)}×`,
      `${(fast / bare).toFixed(2)}×`,
    ]);
  }
  printTable(
    "Azure conversation trace, requests per second in-process",
    ["system", "cold", "warm", "step by step", "warm / step by step", "warm / bare loop on 1 replica"],
    rows,
  );
}

function coldSeconds(replicas: number, budget: number): number {
  const script = resolve(import.meta.dirname, "cold-azure.js");
  return Number(
    execFileSync(process.execPath, [script, String(replicas), String(budget)], { encoding: "utf8" }),
  );
}

/** Median over at least a second of runs after a warm-up, or over `runs` of them. */
async function requestsPerSecond(requests: number, run: () => void, runs = 0): Promise<number> {
  const bench =
    runs > 0
      ? new Bench({ time: 0, iterations: runs, warmup: false })
      : new Bench({ time: 1000, warmupTime: 500 });
  bench.add("run", run);
  const [task] = await bench.run();
  if (task?.result.state !== "completed")
    throw new Error(`the bench did not complete: ${JSON.stringify(task?.result)}`);
  return requests / (task.result.latency.p50 / 1e3);
}

/** The case as a function that refuses to do another amount of work than the first time. */
function pinned(prepared: Case, mode: "fast-forward" | "step-by-step"): () => void {
  const { steps } = runCase(prepared, "fast-forward").effort;
  return () => {
    const run = runCase(prepared, mode);
    if (run.effort.steps !== steps)
      throw new Error(`the work changed: ${run.effort.steps} steps, was ${steps}`);
  };
}

function pinnedBareLoop({ table }: Case, budget: number): () => void {
  const run = () => runBareLoop(table.arrivalSeconds, table.inputTokens, table.outputTokens, budget);
  const { steps } = run();
  return () => {
    const again = run();
    if (again.steps !== steps || again.completed !== table.length)
      throw new Error("the work of the bare loop changed");
  };
}
