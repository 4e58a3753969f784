import type { Scores } from "../objectives.ts";
import type { Judged } from "../prospects.ts";
import type { Point } from "../space/space.ts";
import type { Features } from "./features.ts";
import { GaussianProcess, type Kernel } from "./gaussian-process.ts";
import { HypervolumeGain } from "./hypervolume-gain.ts";
import { normalNodes, normalShare } from "./normal.ts";
import type { Assessed, SearchProblem } from "./strategy.ts";

/** What models learn from at most, as their cost grows with the cube; of that, from how many they take their kernels. */
const MOST_LEARNT = 240;
const MOST_FITTED = 120;
const ITERATIONS = 10;
/** Designs that fall short by more than this share are beyond a cliff: by how much tells nothing of the others. */
const HOPELESS = 0.3;
/** Values per number that are drawn for a first look at a design, and for a closer one at the most promising. */
const ROUGH_NODES = 4;
const FINE_NODES = 24;
const SHORTLIST = 64;

/** What is expected of designs, from those that are known. */
export class Outlook {
  readonly #problem: SearchProblem;
  readonly #features: Features;
  /** One for each number that only an evaluation tells, from designs that are not hopeless; and one for whether they are. */
  readonly #models: readonly GaussianProcess[];
  readonly #hope: GaussianProcess;
  readonly #gain: HypervolumeGain;
  readonly #nothingMeets: boolean;

  /**
   * @param known designs with scores, at least two
   * @param front of those that fall short of nothing
   * @param kernels from which the search for better ones starts
   * @param refit whether to look for better ones at all
   * @param extra designs that will be chosen
   */
  constructor(
    problem: SearchProblem,
    features: Features,
    known: readonly Assessed[],
    front: readonly Assessed[],
    { kernels, refit, extra }: { kernels: readonly Kernel[]; refit: boolean; extra: number },
  ) {
    this.#problem = problem;
    this.#features = features;
    const learnt = known.slice(-MOST_LEARNT);
    const places = learnt.map(({ point }) => features(point));
    const learn = (rows: readonly number[], valueOf: (row: number) => number, index: number) =>
      new GaussianProcess(
        rows.map((row) => places[row]!),
        rows.map(valueOf),
        { start: kernels[index], iterations: refit ? ITERATIONS : 0, fitted: MOST_FITTED, extra },
      );
    const all = learnt.map((_, row) => row);
    const hopeful = all.filter((row) => learnt[row]!.violation < HOPELESS);
    this.#models = Array.from({ length: problem.prospects.count }, (_, k) => {
      const told = (hopeful.length < 3 ? all : hopeful).filter((row) =>
        Number.isFinite(learnt[row]!.values[k]!),
      );
      return learn(told, (row) => learnt[row]!.values[k]!, k);
    });
    this.#hope = learn(all, (row) => (learnt[row]!.violation < HOPELESS ? 1 : -1), this.#models.length);
    const ahead = front.map(({ scores }) => scores!);
    this.#nothingMeets = ahead.length === 0;
    const within = learnt.filter(({ violation }) => violation === 0);
    const reference = worstOf([
      ...ahead,
      ...(within.length === 0 ? learnt : within).map(({ scores }) => scores!),
    ]);
    this.#gain = new HypervolumeGain(ahead, reference);
  }

  get kernels(): Kernel[] {
    return [...this.#models, this.#hope].map(({ kernel }) => kernel);
  }

  /**
   * Designs that are expected to add most to what the front dominates, one after the other, each as if those before it had
   * turned out as expected (Ginsbourger, Le Riche and Carraro, "Kriging is well-suited to parallelize optimization", 2010).
   */
  choose(pool: readonly Point[], count: number): Point[] {
    const rough = normalNodes(this.#models.length, ROUGH_NODES);
    const fine = normalNodes(this.#models.length, FINE_NODES);
    const looked = pool.map((point) => {
      const candidate = { point, place: this.#features(point), judge: this.#problem.prospects.of(point) };
      return { candidate, worth: this.#worthOf(candidate, rough) };
    });
    const open = looked
      .sort((a, b) => b.worth - a.worth)
      .slice(0, SHORTLIST + count)
      .map(({ candidate }) => ({ candidate, worth: this.#worthOf(candidate, fine), asOf: 0 }));
    const chosen: Point[] = [];
    while (chosen.length < count && open.length > 0) {
      // What is believed makes others worth less, hardly ever more: only who leads has to be looked at again.
      const leader = open.reduce((a, b) => (b.worth > a.worth ? b : a));
      if (leader.asOf < chosen.length) {
        leader.worth = this.#worthOf(leader.candidate, fine);
        leader.asOf = chosen.length;
        continue;
      }
      open.splice(open.indexOf(leader), 1);
      this.#believe(leader.candidate);
      chosen.push(leader.candidate.point);
    }
    return chosen;
  }

  /** Expected gain in hypervolume; the chance to meet the demand as long as nothing does. */
  #worthOf({ place, judge }: Looked, nodes: readonly (readonly number[])[]): number {
    const told = this.#models.map((model) => model.predict(place));
    const { mean, deviation } = this.#hope.predict(place);
    let sum = 0;
    for (const node of nodes) {
      const { violation, scores } = judge(told.map((own, k) => own.mean + own.deviation * node[k]!));
      if (this.#nothingMeets) sum += 1 - violation;
      else if (violation === 0) sum += this.#gain.of(scores!);
    }
    return (sum / nodes.length) * normalShare(mean / deviation);
  }

  #believe({ place, judge }: Looked): void {
    const means = this.#models.map((model) => model.meanAt(place));
    this.#models.forEach((model, k) => {
      model.believe(place, means[k]!);
    });
    const { violation, scores } = judge(means);
    if (violation === 0 && scores !== undefined) this.#gain.add(scores);
  }
}

interface Looked {
  readonly place: Float64Array;
  readonly judge: (values: ArrayLike<number>) => Judged;
}

/** A little worse than the worst in each objective. */
function worstOf(scores: readonly Scores[]): number[] {
  return scores[0]!.map((_, k) => {
    const column = scores.map((own) => own[k]!);
    const [low, high] = [Math.min(...column), Math.max(...column)];
    return high + 0.1 * (high - low || Math.abs(high) || 1);
  });
}
