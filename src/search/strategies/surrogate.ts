import { randomStream, type Random } from "../../core/random.ts";
import { paretoFront, spreadOut } from "../pareto.ts";
import type { Point } from "../space/space.ts";
import { childOf } from "./evolve.ts";
import { featuresOf } from "./features.ts";
import type { Kernel } from "./gaussian-process.ts";
import { Outlook } from "./outlook.ts";
import { Seen } from "./seen.ts";
import { feasibleDraws } from "./sobol.ts";
import { stagedDesigns } from "./staged-sizing.ts";
import { violationOf, type Assessed, type SearchProblem } from "./strategy.ts";
import { bestOfEarlier, withEarlier } from "./warm-start.ts";

/** Share of the first generation that the best designs of earlier studies take, where there are any. */
const EARLIER_SHARE = 0.5;
/** Share of the budget that the first generation takes, and designs of it per free axis at least. */
const FIRST_SHARE = 0.2;
const FIRST_PER_AXIS = 2;
const MOST_FIRST = 120;
/** Of these, the share of staged designs where the search starts from them. */
const STAGED_SHARE = 0.5;
/** Designs of each generation after it: a fortieth of the budget, at least so many. */
const LEAST_GENERATION = 4;
const GENERATIONS = 40;
/** Growth of what is known after which models look for better kernels. */
const REFIT = 1.2;
/** Combinations up to which a space is enumerated, and designs among which a generation is then chosen. */
const MOST_COMBINATIONS = 200_000;
const MOST_ENUMERATED = 5000;
/** In larger spaces: designs of the front around which is looked, children and draws. */
const ELITE = 24;
const CHILDREN = 400;
const DRAWS = 300;

type Draw = (seen: Seen) => Point | undefined;

/** Starts evenly spread, then asks for what models of what is known expect to add most to the front. */
export function* surrogate(problem: SearchProblem): Generator<readonly Point[], void, readonly Assessed[]> {
  yield* learning(problem, []);
}

/** The same from designs that are sized as `propose` does, half of its first generation. */
export function* proposeSurrogate(
  problem: SearchProblem,
): Generator<readonly Point[], void, readonly Assessed[]> {
  const apart = new Seen(problem.space);
  yield* learning(
    problem,
    stagedDesigns(problem).filter((point) => apart.add(point)),
  );
}

function* learning(
  problem: SearchProblem,
  staged: readonly Point[],
): Generator<readonly Point[], void, readonly Assessed[]> {
  const { space, budget, seed } = problem;
  const random = randomStream(seed, "surrogate");
  const seen = new Seen(space);
  const draw = feasibleDraws(problem);
  const features = withEarlier(featuresOf(problem), problem);
  const everything = enumerated(problem);
  let assessed: readonly Assessed[] = yield firstGeneration(problem, staged, seen, draw);
  let front: readonly Assessed[] = [];
  let kernels: readonly Kernel[] = [];
  let [looked, fitted] = [0, 0];
  while (seen.count < budget) {
    front = frontOf([...front, ...assessed.slice(looked)]);
    looked = assessed.length;
    const known = assessed.filter(({ scores }) => scores !== undefined);
    const extra = Math.min(Math.max(LEAST_GENERATION, Math.floor(budget / GENERATIONS)), budget - seen.count);
    const pool =
      everything?.filter((point) => !seen.has(point)) ??
      around(problem, front.length > 0 ? front : known.slice(-ELITE), seen, draw, random);
    let generation: Point[];
    if (known.length < 2) generation = collect(extra, () => draw(seen));
    else {
      const refit = known.length >= REFIT * fitted;
      if (refit) fitted = known.length;
      const outlook = new Outlook(problem, features, known, front, { kernels, refit, extra });
      kernels = outlook.kernels;
      generation = outlook.choose(pool, extra);
      for (const point of generation) seen.add(point);
    }
    if (generation.length === 0) return;
    assessed = yield generation;
  }
}

function firstGeneration(problem: SearchProblem, staged: readonly Point[], seen: Seen, draw: Draw): Point[] {
  const { space, budget } = problem;
  const count = Math.min(
    budget,
    Math.max(FIRST_PER_AXIS * space.dimensions, Math.min(MOST_FIRST, Math.round(FIRST_SHARE * budget))),
  );
  const first = bestOfEarlier(problem, Math.ceil(EARLIER_SHARE * count));
  for (const point of first) seen.add(point);
  const most = Math.min(staged.length, Math.round(STAGED_SHARE * (count - first.length)));
  const sized = Array.from({ length: most }, (_, i) => staged[Math.floor((i * staged.length) / most)]!);
  first.push(...sized.filter((point) => seen.add(point)));
  return [...first, ...collect(count - first.length, () => draw(seen))];
}

function frontOf(assessed: readonly Assessed[]): Assessed[] {
  const within = assessed.filter(({ violation, scores }) => violation === 0 && scores !== undefined);
  return paretoFront(within.map(({ scores }) => scores!)).map((i) => within[i]!);
}

/** Every design that can be built; undefined where these are too many. */
function enumerated(problem: SearchProblem): Point[] | undefined {
  const { space } = problem;
  if (space.size === undefined || space.size > MOST_COMBINATIONS) return undefined;
  const apart = new Seen(space);
  const points: Point[] = [];
  for (let i = 0; i < space.size && points.length <= MOST_ENUMERATED; i++) {
    const point = space.nth(i);
    if (violationOf(problem, point) === 0 && apart.add(point)) points.push(point);
  }
  return points.length <= MOST_ENUMERATED ? points : undefined;
}

/** Designs one step from the best, children of them, and some from anywhere. */
function around(
  problem: SearchProblem,
  best: readonly Assessed[],
  seen: Seen,
  draw: Draw,
  random: Random,
): Point[] {
  const { space } = problem;
  const elite = spreadOut(
    best.map(({ scores }) => scores!),
    ELITE,
  ).map((i) => best[i]!.point);
  const [apart, drawn] = [new Seen(space), new Seen(space)];
  const points: Point[] = [];
  const offer = (point: Point | undefined) => {
    if (point === undefined || seen.has(point) || violationOf(problem, point) > 0) return;
    if (apart.add(point)) points.push(point);
  };
  const one = () => elite[Math.floor(random() * elite.length)]!;
  for (const point of elite) space.neighboursOf(point).forEach(offer);
  if (elite.length > 0) for (let i = 0; i < CHILDREN; i++) offer(childOf(space, one(), one(), random));
  for (let i = 0; i < DRAWS; i++) offer(draw(drawn));
  return points;
}

function collect(count: number, make: () => Point | undefined): Point[] {
  const made: Point[] = [];
  while (made.length < count) {
    const point = make();
    if (point === undefined) break;
    made.push(point);
  }
  return made;
}
