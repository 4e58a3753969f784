import { InputError } from "../../core/errors.ts";
import { levelCount } from "../space/axis.ts";
import type { Point } from "../space/space.ts";
import { Seen } from "./seen.ts";
import { violationOf, type Assessed, type SearchProblem } from "./strategy.ts";

const GENERATION = 256;
/** Some seconds of feasibility checks. */
const MOST_COMBINATIONS = 5e6;

/** Every combination that can be built, in the order of the axes. */
export function* grid(problem: SearchProblem): Generator<readonly Point[], void, readonly Assessed[]> {
  const { space, budget } = problem;
  const size = combinationsOf(problem);
  const seen = new Seen(space);
  let generation: Point[] = [];
  for (let number = 0; number < size; number++) {
    const point = space.nth(number);
    if (violationOf(problem, point) > 0 || !seen.add(point)) continue;
    if (seen.count > budget) {
      throw new InputError({
        key: "explore.estimates",
        message: "a grid leaves nothing out, and more designs can be built than may be estimated:",
        found: budget,
        expected: "a larger number, fewer or coarser axes, tighter constraints, or another strategy",
      });
    }
    generation.push(point);
    if (generation.length === GENERATION) {
      yield generation;
      generation = [];
    }
  }
  if (generation.length > 0) yield generation;
}

function combinationsOf({ space }: SearchProblem): number {
  for (let dimension = 0; dimension < space.dimensions; dimension++) {
    const axis = space.free(dimension);
    if (levelCount(axis) !== undefined) continue;
    throw new InputError({
      key: `explore.space.${axis.path}`,
      message: "a grid needs a step or points along every axis",
      expected: "a step, points, a list of values, or another strategy",
    });
  }
  const size = space.size!;
  if (size <= MOST_COMBINATIONS) return size;
  throw new InputError({
    key: "explore.space",
    message: "too many combinations for a grid:",
    found: size,
    expected: `at most ${MOST_COMBINATIONS}, or another strategy`,
  });
}
