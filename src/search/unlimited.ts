import { designId } from "./design-id.ts";
import type { EvaluationJob, Fidelity } from "./evaluation/evaluator.ts";
import type { WrittenSetting } from "./space/space.ts";

/** Under which a store keeps what a design is whatever the limits of the search. */
export function unlimitedId(id: string): string {
  return `${id}-unlimited`;
}

/** A look at a design that is no candidate of the search. */
export function unlimited(
  settings: readonly WrittenSetting[],
  fidelity: Fidelity,
  guessPerSecond: number,
): EvaluationJob {
  return { design: unlimitedId(designId(settings)), settings, fidelity, unlimited: true, guessPerSecond };
}
