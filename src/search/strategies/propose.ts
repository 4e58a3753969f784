import { randomStream } from "../../core/random.ts";
import { selectBest } from "../pareto.ts";
import { neighbours, type FreeAxis } from "../space/axis.ts";
import type { Point } from "../space/space.ts";
import { Seen } from "./seen.ts";
import { feasibleDraws } from "./sobol.ts";
import { stagedDesigns } from "./staged-sizing.ts";
import { violationOf, type Assessed, type SearchProblem } from "./strategy.ts";

const GENERATION = 64;
/** Designs around which is looked in each generation. */
const ELITE = 12;
/** Generations without a better design after which the search ends. */
const PATIENCE = 3;
/** Share of the budget that staged designs may take: the rest refines them. */
const STAGED_SHARE = 0.5;

/**
 * The paper's way: size the parts one after the other, then refine. Refinement looks one step along each axis from the best
 * designs, and at exchanges of one resource for another, until nothing better turns up.
 */
export function* propose(problem: SearchProblem): Generator<readonly Point[], void, readonly Assessed[]> {
  const { space, budget, seed } = problem;
  const seen = new Seen(space);
  const random = randomStream(seed, "propose");
  const draw = feasibleDraws(problem);
  const apart = new Seen(space);
  const first = spread(
    stagedDesigns(problem).filter((point) => apart.add(point)),
    Math.max(1, Math.floor(budget * STAGED_SHARE)),
  ).filter((point) => seen.add(point));
  if (first.length < GENERATION / 4)
    first.push(...drawn(draw, seen, Math.min(GENERATION / 4, budget - first.length)));
  let assessed: readonly Assessed[] = yield first;
  let best = "";
  for (let stale = 0; stale < PATIENCE && seen.count < budget;) {
    const elite = selectBest(assessed, ELITE).map((i) => assessed[i]!.point);
    const key = elite.map((point) => space.keyOf(point)).join(";");
    stale = key === best ? stale + 1 : 0;
    best = key;
    const room = Math.min(GENERATION, budget - seen.count);
    const generation: Point[] = [];
    const offer = (point: Point) => {
      if (generation.length < room && violationOf(problem, point) === 0 && seen.add(point))
        generation.push(point);
    };
    for (const point of elite) space.neighboursOf(point).forEach(offer);
    for (let i = 0; i < 8 * room && generation.length < room && elite.length > 0; i++) {
      offer(exchanged(problem, elite[Math.floor(random() * elite.length)]!, random));
    }
    if (generation.length === 0) generation.push(...drawn(draw, seen, room));
    if (generation.length === 0) return;
    assessed = yield generation;
  }
}

/** One step along each of two or three axes. */
function exchanged({ space }: SearchProblem, from: Point, random: () => number): Point {
  const moves = random() < 0.6 ? 2 : 3;
  let point = from;
  for (let i = 0; i < moves; i++) {
    const dimension = Math.floor(random() * space.dimensions);
    const index = space.freeAxes[dimension]!;
    if (Number.isNaN(point[index]!)) continue;
    const values = neighbours(space.axes[index] as FreeAxis, point[index]!);
    const value = values[Math.floor(random() * values.length)];
    if (value !== undefined) point = space.with(point, index, value);
  }
  return point;
}

function drawn(draw: (seen: Seen) => Point | undefined, seen: Seen, count: number): Point[] {
  const points: Point[] = [];
  while (points.length < count) {
    const point = draw(seen);
    if (point === undefined) break;
    points.push(point);
  }
  return points;
}

/** So many of the designs, evenly over their order. */
function spread(points: readonly Point[], most: number): Point[] {
  if (points.length <= most) return [...points];
  return Array.from({ length: most }, (_, i) => points[Math.floor((i * points.length) / most)]!);
}
