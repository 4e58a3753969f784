import type { Point } from "../space/space.ts";
import { Seen } from "./seen.ts";
import { SobolSequence } from "./sobol-sequence.ts";
import { violationOf, type Assessed, type SearchProblem } from "./strategy.ts";

const GENERATION = 128;
/** Draws for one design that can be built, before the space is taken for exhausted. */
const PATIENCE = 20_000;

/** Designs spread evenly over all that can be built. */
export function* sobol(problem: SearchProblem): Generator<readonly Point[], void, readonly Assessed[]> {
  const draw = feasibleDraws(problem);
  const seen = new Seen(problem.space);
  while (seen.count < problem.budget) {
    const generation: Point[] = [];
    while (generation.length < Math.min(GENERATION, problem.budget - seen.count + generation.length)) {
      const point = draw(seen);
      if (point === undefined) break;
      generation.push(point);
    }
    if (generation.length === 0) return;
    yield generation;
  }
}

/** Draws one design after the other that can be built and is new, evenly over the space; undefined when there seem to be no more. */
export function feasibleDraws(
  problem: Pick<SearchProblem, "space" | "feasibility" | "seed">,
): (seen: Seen) => Point | undefined {
  const { space, seed } = problem;
  const sequence = new SobolSequence(space.dimensions, seed);
  return (seen) => {
    for (let i = 0; i < PATIENCE; i++) {
      const point = space.at(sequence.next());
      if (violationOf(problem, point) === 0 && seen.add(point)) return point;
    }
    return undefined;
  };
}
