import type { Evaluation, Fidelity } from "./evaluation/evaluator.ts";
import type { Point, WrittenSetting } from "./space/space.ts";

/** A design that was evaluated, with all that is known of it. */
export interface Candidate {
  readonly id: string;
  readonly point: Point;
  readonly settings: readonly WrittenSetting[];
  readonly evaluations: Partial<Record<Fidelity, Evaluation>>;
}
