import type { PaperCase } from "../../search/paper/paper-case.ts";
import type { WrittenSetting } from "../../search/space/space.ts";

/** All cases of a reproduction, with what tells this one from another. */
export interface PaperReport {
  readonly version: string;
  readonly cases: readonly ReportedCase[];
  /** Where the measurements lie; undefined where there are none. */
  readonly measurements: string | undefined;
}

export interface ReportedCase {
  readonly figures: PaperCase;
  readonly scenarioHash: string;
  readonly seed: number;
  /** Settings of the design that was found. */
  readonly design: readonly WrittenSetting[];
  readonly candidateId: string;
  /** Designs that the search looked at by formulas. */
  readonly estimated: number;
}
