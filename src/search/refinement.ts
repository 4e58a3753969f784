import { randomStream, type Random } from "../core/random.ts";
import { selectBest } from "./pareto.ts";
import { neighbours, type FreeAxis } from "./space/axis.ts";
import type { Point, Space } from "./space/space.ts";
import { violationOf, type Assessed, type SearchProblem } from "./strategies/strategy.ts";

/** Designs asked for at once. */
const GENERATION = 32;
/** Designs around which is looked in each generation, and the share of the axes along which they have to differ. */
const ELITE = 4;
const APART = 0.4;
/** Tries for each exchange that is new and can be built. */
const PATIENCE = 8;

/**
 * Looks around the best of what was replayed: one step along each axis, and exchanges of one resource for another. Estimates
 * see no tails, so that what they take for best stands where a replay just misses a target; a step back is then worth more
 * than all that they tell apart. Several designs of different kinds are followed at once, since the best kind may not start
 * as the best one.
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
    const elite = unlike(space, assessed);
    const room = Math.min(GENERATION, left);
    const generation: Point[] = [];
    const offer = (point: Point | undefined) => {
      if (point === undefined || generation.length === room) return;
      const key = space.keyOf(point);
      if (asked.has(key) || violationOf(problem, point) > 0) return;
      asked.add(key);
      generation.push(point);
    };
    const around = elite.map((point) => shuffled(space.neighboursOf(point), random));
    const most = Math.max(0, ...around.map(({ length }) => length));
    for (let i = 0; i < most; i++) for (const neighboursOfOne of around) offer(neighboursOfOne[i]);
    for (let i = 0; i < PATIENCE * room && elite.length > 0; i++) {
      offer(exchanged(space, elite[i % elite.length]!, random));
    }
    if (generation.length === 0) return;
    left -= generation.length;
    assessed = yield generation;
  }
}

/**
 * So many designs to start from, as indices: half of them the best of all, the others each the best with one of the values
 * that an axis takes, best first.
 */
export function diverse(space: Space, assessed: readonly Assessed[], count: number): number[] {
  const ranked = selectBest(assessed, assessed.length);
  const champions = new Set<number>();
  const met = new Set<string>();
  for (const index of ranked) {
    const { point } = assessed[index]!;
    for (const axis of space.freeAxes) {
      const value = `${axis}=${point[axis]!}`;
      if (met.has(value)) continue;
      met.add(value);
      champions.add(index);
    }
  }
  const best = ranked.slice(0, Math.ceil(count / 2));
  return [...new Set([...best, ...champions, ...ranked])].slice(0, count);
}

/** The best design, then one after the other the best of those that differ enough from all before. */
function unlike(space: Space, assessed: readonly Assessed[]): Point[] {
  const chosen: Point[] = [];
  for (const index of selectBest(assessed, assessed.length)) {
    const { point } = assessed[index]!;
    const differs = (other: Point) =>
      space.freeAxes.filter((axis) => point[axis] !== other[axis]).length >= APART * space.dimensions;
    if (chosen.every(differs)) chosen.push(point);
    if (chosen.length === ELITE) break;
  }
  return chosen;
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = items.map((item) => ({ item, place: random() }));
  return order.sort((a, b) => a.place - b.place).map(({ item }) => item);
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
