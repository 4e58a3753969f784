import type { StepShape } from "../../perf/step-cost.ts";

/** A batch as those see it who do not form it. */
export interface FormedBatch {
  readonly shape: StepShape;
  /** The decoding sequences take part, and the tokens of the step's budget that they take then. */
  readonly decoding: boolean;
  readonly decodeTokens: number;
  /** Seconds that moving blocks to the host or back adds to the step. */
  transferSeconds: number;
  /** Seconds for which blocks come back from slower memories, beside the step. */
  readonly loadSeconds: number;
  /** Time to draft the tokens that the step verifies, charged to the meter; ask once a step. */
  draftSeconds(): number;
  /** Steps for which the scheduler would decide the same again; see `BatchBuilder`. */
  readonly settledSteps: number;
  /** Request of a chunk in `shape`. */
  chunkRequest(index: number): number;
  /** The step with all that takes part. Valid until the next call. */
  describe(): StepShape;
}
