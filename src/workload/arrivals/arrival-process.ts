import type { Random } from "../../core/random.ts";
import { createDiurnalArrivals, type DiurnalArrivals } from "./diurnal.ts";
import { createOnOffArrivals, type OnOffArrivals } from "./on-off.ts";
import { createRenewalArrivals, type RenewalArrivals } from "./renewal.ts";

/** How requests arrive, as plain data. */
export type ArrivalSpec = RenewalArrivals | OnOffArrivals | DiurnalArrivals;

/** Each call gives the time of the next arrival in seconds since the start, never earlier than the one before. */
export type ArrivalProcess = () => number;

/**
 * The process that a description asks for. The clock starts at 0 and the first arrival comes one gap later.
 * @throws InputError for a rate, burstiness, CV or time out of range
 */
export function createArrivalProcess(spec: ArrivalSpec, random: Random): ArrivalProcess {
  switch (spec.kind) {
    case "on-off":
      return createOnOffArrivals(spec, random);
    case "diurnal":
      return createDiurnalArrivals(spec, random);
    default:
      return createRenewalArrivals(spec, random);
  }
}
