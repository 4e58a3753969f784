import { randomStream, type Random } from "../../core/random.ts";
import { selectBest } from "../pareto.ts";
import { levelCount, type FreeAxis } from "../space/axis.ts";
import type { Point, Space } from "../space/space.ts";
import { Seen } from "./seen.ts";
import { feasibleDraws } from "./sobol.ts";
import { violationOf, type Assessed, type SearchProblem } from "./strategy.ts";

/** Designs of a generation: a tenth of the budget within these bounds. */
const SMALLEST = 8;
const LARGEST = 48;
/** Share of the axes of a child that are taken from one parent as they are. */
const INHERITED = 0.5;
/** Tries for a child that is new, before the population is taken for settled. */
const PATIENCE = 400;

/**
 * NSGA-II (Deb et al., 2002) with constraint domination: the best by rank and distance are parents; children mix two of them
 * and change along one axis or a few. Children that cannot be built are not asked for.
 */
export function* evolve(problem: SearchProblem): Generator<readonly Point[], void, readonly Assessed[]> {
  const { space, seed, budget } = problem;
  const random = randomStream(seed, "evolve");
  const population = Math.min(LARGEST, Math.max(SMALLEST, Math.floor(budget / 10)));
  const seen = new Seen(space);
  const draw = feasibleDraws(problem);
  let assessed: readonly Assessed[] = yield collect(Math.min(population, budget), () => draw(seen));
  while (seen.count < budget) {
    const parents = selectBest(assessed, population).map((i) => assessed[i]!.point);
    if (parents.length === 0) return;
    const children = collect(Math.min(population, budget - seen.count), () => {
      for (let i = 0; i < PATIENCE; i++) {
        // Parents come best first: the smaller of two draws is a tournament.
        const child = childOf(space, pick(parents, random), pick(parents, random), random);
        if (violationOf(problem, child) === 0 && seen.add(child)) return child;
      }
      return undefined;
    });
    if (children.length === 0) return;
    assessed = yield children;
  }
}

/** So many of what can be made, fewer when it ends. */
function collect<T>(count: number, make: () => T | undefined): T[] {
  const made: T[] = [];
  while (made.length < count) {
    const one = make();
    if (one === undefined) break;
    made.push(one);
  }
  return made;
}

function pick(parents: readonly Point[], random: Random): Point {
  const place = () => Math.floor(random() * parents.length);
  return parents[Math.min(place(), place())]!;
}

/** Each axis from one parent or between both, then on average one of them moved. */
export function childOf(space: Space, mother: Point, father: Point, random: Random): Point {
  const [a, b] = [space.unitsOf(mother), space.unitsOf(father)];
  const units = a.map((unit, dimension) => {
    const other = b[dimension]!;
    const axis = space.free(dimension);
    const mixed =
      random() < INHERITED || axis.kind === "choice"
        ? random() < 0.5
          ? unit
          : other
        : unit + (other - unit) * (random() * 1.4 - 0.2);
    return random() < 1 / space.dimensions ? moved(axis, mixed, random) : mixed;
  });
  return space.at(units);
}

/** One level on, or a little way along a range; any other of the choices. */
function moved(axis: FreeAxis, unit: number, random: Random): number {
  if (axis.kind === "choice") return random();
  const reach = Math.max(1.5 / (levelCount(axis) ?? 20), 0.1);
  return unit + (2 * random() - 1) * reach;
}
