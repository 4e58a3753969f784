import { selectBest } from "../pareto.ts";
import type { Point } from "../space/space.ts";
import type { Features } from "./features.ts";
import { GaussianProcess } from "./gaussian-process.ts";
import { Seen } from "./seen.ts";
import { violationOf, type Assessed, type SearchProblem } from "./strategy.ts";

/** Designs of an earlier study that a model of it learns from at most: the best, and as many from all the others. */
const MOST_LEARNT = 240;
/** Of these, so many tell the model's kernel. */
const FITTED = 120;
/** Fewer designs make no model. */
const LEAST_LEARNT = 16;

/** The best designs of earlier studies that can be built here: of each study in turn, its best first. */
export function bestOfEarlier(problem: SearchProblem, most: number): Point[] {
  const apart = new Seen(problem.space);
  const ranked = (problem.earlier ?? []).map((study) => {
    const open = study.filter(({ point }) => violationOf(problem, point) === 0);
    return selectBest(open, most).map((i) => open[i]!.point);
  });
  const longest = Math.max(0, ...ranked.map(({ length }) => length));
  const inTurn = Array.from({ length: longest }, (_, i) => ranked.flatMap((points) => points[i] ?? []));
  return inTurn
    .flat()
    .filter((point) => apart.add(point))
    .slice(0, most);
}

/**
 * The features of a design and what models of earlier studies expect of it. A model of this study then learns how far its
 * numbers follow those, by a linear trend like that along any other feature, and so not at all where they do not.
 */
export function withEarlier(features: Features, { space, earlier = [], prospects }: SearchProblem): Features {
  const expected = earlier.flatMap((study) =>
    Array.from({ length: prospects.count }, (_, k) => expectationOf(features, study, k) ?? []).flat(),
  );
  if (expected.length === 0) return features;
  const known = new Map<string, Float64Array>();
  return (point) => {
    const key = space.keyOf(point);
    const found = known.get(key);
    if (found !== undefined) return found;
    const own = features(point);
    const all = Float64Array.of(...own, ...expected.map((expect) => expect(own)));
    known.set(key, all);
    return all;
  };
}

/** What an earlier study lets expect of one number, of mean 0 and variance 1 over what it learnt from. */
function expectationOf(
  features: Features,
  study: readonly Assessed[],
  k: number,
): ((place: Float64Array) => number) | undefined {
  const told = study.filter(({ values }) => Number.isFinite(values[k]!));
  if (told.length < LEAST_LEARNT) return undefined;
  const learnt = sampleOf(told);
  const values = learnt.map(({ values }) => values[k]!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  if (!(deviation > 1e-9)) return undefined;
  const model = new GaussianProcess(
    learnt.map(({ point }) => features(point)),
    values,
    { fitted: FITTED },
  );
  return (place) => (model.meanAt(place) - mean) / deviation;
}

function sampleOf(told: readonly Assessed[]): Assessed[] {
  if (told.length <= MOST_LEARNT) return [...told];
  const best = new Set(selectBest(told, MOST_LEARNT / 2));
  const others = told.filter((_, i) => !best.has(i));
  const some = Array.from(
    { length: MOST_LEARNT / 2 },
    (_, i) => others[Math.floor((2 * i * others.length) / MOST_LEARNT)]!,
  );
  // The kernel is found from the last of them: some of both.
  return [...best].flatMap((index, i) => [told[index]!, some[i]!]);
}
