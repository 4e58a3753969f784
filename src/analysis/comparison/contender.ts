import type { RunMetrics } from "../../serving/result.ts";
import type { ComparedRequests } from "./compared-requests.ts";

/** One of the systems that are compared. */
export interface Contender {
  readonly name: string;
  readonly requests: ComparedRequests;
  /** What only a whole run knows, by the keys of `METRICS`; null for unknown. */
  readonly figures: Readonly<Record<string, number | null>>;
  readonly interrupted: boolean;
  /** Runs with the same seeds for every contender; undefined where each has one run. */
  readonly replications?: readonly RunMetrics[] | undefined;
}
