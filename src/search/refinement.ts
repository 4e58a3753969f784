import { randomStream, type Random } from "../core/random.ts";
import { selectBest } from "./pareto.ts";
import { neighbours, type FreeAxis } from "./space/axis.ts";
import type { Point, Space } from "./space/space.ts";
import { violationOf, type Assessed, type SearchProblem } from "./strategies/strategy.ts";

/** Designs asked for at once. */
const GENERATION = 24;
/** Designs around which is looked in each generation. */
const ELITE = 3;
/** Tries for each exchange that is new and can be built. */
const PATIENCE = 8;

/**
 * Looks around the best of what was replayed: one step along each axis, and exchanges of one resource for another. Estimates
 * see no tails, so that what they take for best stands where a replay just misses a target; a step back is then worth more
 * than all that they tell apart.
 * Answered with all that was replayed so far; ends after `budget` designs, or when there is nothing new to ask for.
 */
export function* refinement(
  problem: SearchProblem,
  budget: number,
): Generator<readonly Point[], void, readonly Assessed[]> {
  const { space, seed } = problem;
  const random = randomStream(seed, "refinement");
  const asked = new Set<string>();
  let assessed = yield [];
  for (const { point } of assessed) asked.add(space.keyOf(point));
  for (let left = budget; left > 0;) {
    const elite = selectBest(assessed, ELITE).map((i) => assessed[i]!.point);
    const room = Math.min(GENERATION, left);
    const generation: Point[] = [];
    const offer = (point: Point) => {
      const key = space.keyOf(point);
      if (generation.length === room || asked.has(key) || violationOf(problem, point) > 0) return;
      asked.add(key);
      generation.push(point);
    };
    for (const point of elite) space.neighboursOf(point).forEach(offer);
    for (let i = 0; i < PATIENCE * room && elite.length > 0; i++) {
      offer(exchanged(space, elite[i % elite.length]!, random));
    }
    if (generation.length === 0) return;
    left -= generation.length;
    assessed = yield generation;
  }
}

/** One step along each of two axes. */
function exchanged(space: Space, from: Point, random: Random): Point {
  let point = from;
  for (let i = 0; i < 2; i++) {
    const index = space.freeAxes[Math.floor(random() * space.dimensions)]!;
    if (Number.isNaN(point[index]!)) continue;
    const values = neighbours(space.axes[index] as FreeAxis, point[index]!);
    const value = values[Math.floor(random() * values.length)];
    if (value !== undefined) point = space.with(point, index, value);
  }
  return point;
}
