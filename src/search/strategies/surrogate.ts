import { randomStream, type Random } from "../../core/random.ts";
import { selectBest } from "../pareto.ts";
import type { Scores } from "../objectives.ts";
import type { Point } from "../space/space.ts";
import { childOf } from "./evolve.ts";
import { GaussianProcess } from "./gaussian-process.ts";
import { Seen } from "./seen.ts";
import { feasibleDraws } from "./sobol.ts";
import { violationOf, type Assessed, type SearchProblem } from "./strategy.ts";

/** Designs of the first generation per free axis, and of each one after it. */
const FIRST_PER_AXIS = 3;
const GENERATION = 8;
/** What the surrogate learns from at most: its cost grows with the cube. */
const MOST_LEARNT = 240;
/** Designs among which a generation is chosen. */
const POOL = 400;

/**
 * Learns from what is known which designs are likely to be better. Each design of a generation is the one of a pool that
 * promises most for a weighting of the objectives drawn at random (J. Knowles, "ParEGO", 2006).
 */
export function* surrogate(problem: SearchProblem): Generator<readonly Point[], void, readonly Assessed[]> {
  const { space, seed, budget } = problem;
  const random = randomStream(seed, "surrogate");
  const seen = new Seen(space);
  const draw = feasibleDraws(problem);
  const first: Point[] = [];
  while (first.length < Math.min(FIRST_PER_AXIS * space.dimensions + 1, budget)) {
    const point = draw(seen);
    if (point === undefined) break;
    first.push(point);
  }
  let assessed: readonly Assessed[] = yield first;
  while (seen.count < budget) {
    const known = assessed.filter(({ scores }) => scores !== undefined);
    if (known.length < 2) return;
    const generation: Point[] = [];
    while (generation.length < Math.min(GENERATION, budget - seen.count + generation.length)) {
      const chosen = mostPromising(problem, known, seen, draw, random);
      if (chosen === undefined) break;
      seen.add(chosen);
      generation.push(chosen);
    }
    if (generation.length === 0) return;
    assessed = yield generation;
  }
}

function mostPromising(
  problem: SearchProblem,
  known: readonly Assessed[],
  seen: Seen,
  draw: (seen: Seen) => Point | undefined,
  random: Random,
): Point | undefined {
  const { space } = problem;
  const values = scalarised(
    known.map(({ scores }) => scores!),
    random,
  );
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const learnt = order.slice(0, MOST_LEARNT);
  const model = new GaussianProcess(
    learnt.map((i) => space.unitsOf(known[i]!.point)),
    learnt.map((i) => values[i]!),
  );
  const best = values[order[0]!]!;
  const elite = selectBest(known, 20).map((i) => known[i]!.point);
  let chosen: Point | undefined;
  let most = -Infinity;
  for (const point of pool(problem, elite, seen, draw, random)) {
    const { mean, deviation } = model.predict(space.unitsOf(point));
    const gain = expectedImprovement(best - mean, deviation);
    if (gain > most) [most, chosen] = [gain, point];
  }
  return chosen;
}

/** Half of it near the best designs, half from anywhere. */
function pool(
  problem: SearchProblem,
  elite: readonly Point[],
  seen: Seen,
  draw: (seen: Seen) => Point | undefined,
  random: Random,
): Point[] {
  const { space } = problem;
  const own = new Seen(space);
  const points: Point[] = [];
  for (let i = 0; i < POOL; i++) {
    const one = () => elite[Math.floor(random() * elite.length)]!;
    const point = i % 2 === 0 ? childOf(space, one(), one(), random) : draw(own);
    if (point === undefined || seen.has(point) || violationOf(problem, point) > 0) continue;
    points.push(point);
  }
  return points;
}

/** The augmented Chebyshev norm of the scores, each scaled to 0..1 over what is known, under weights drawn at random. */
function scalarised(scores: readonly Scores[], random: Random): number[] {
  const count = scores[0]!.length;
  const drawn = Array.from({ length: count }, () => -Math.log(random()));
  const total = drawn.reduce((sum, weight) => sum + weight, 0);
  const weights = drawn.map((weight) => weight / total);
  const columns = Array.from({ length: count }, (_, i) => ranked(scores.map((own) => own[i]!)));
  return scores.map((_, row) => {
    const parts = weights.map((weight, i) => weight * columns[i]![row]!);
    return Math.max(...parts) + 0.05 * parts.reduce((sum, part) => sum + part, 0);
  });
}

/** Scaled to 0..1 between the best and the median, beyond that flattened: what is bad need not be told apart. */
function ranked(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[0]!;
  const span = sorted[sorted.length >> 1]! - low || Math.abs(low) || 1;
  return values.map((value) => {
    const scaled = (value - low) / span;
    return scaled <= 1 ? scaled : 1 + Math.log(scaled) / 4;
  });
}

/** Of a minimum: E[max(0, best - Y)] for a normal Y (Jones, Schonlau and Welch, 1998). */
function expectedImprovement(ahead: number, deviation: number): number {
  const z = ahead / deviation;
  const density = Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
  return ahead * normalShare(z) + deviation * density;
}

/** Φ(z) by Abramowitz and Stegun 26.2.17, within 7.5e-8. */
function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? 1 - tail : tail;
}
