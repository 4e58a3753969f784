import type { Objective } from "../../search/objectives.ts";
import type { Proportions } from "../../search/proportions.ts";

/** All that is shown of several searches side by side. */
export interface ProportionsReport {
  readonly scenario: string;
  readonly description: string;
  readonly seed: number;
  readonly version: string;
  /** By which designs were told to be about as good. */
  readonly objective: Objective;
  readonly studies: readonly Proportions[];
}
