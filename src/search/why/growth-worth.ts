import { coversSystem } from "../../analysis/estimate/scenario-estimate.ts";
import { InputError } from "../../core/errors.ts";
import type { System } from "../../scenario/scenario.ts";
import { deviceResultsOf } from "../evaluation/device-results.ts";
import type { Evaluator, Fidelity } from "../evaluation/evaluator.ts";
import type { Exploration } from "../load-exploration.ts";
import type { WrittenSetting } from "../space/space.ts";
import { unlimited } from "../unlimited.ts";
import { variedDevices } from "../varied-devices.ts";
import { grownDesigns } from "./growth.ts";
import { headroomsOf } from "./headroom.ts";
import type { NamedDesign } from "./named-design.ts";

/** How a design serves, by the cheapest look at it; latencies at the workload's own rate, null where that is more than it can serve. */
export interface CheapService {
  readonly goodputPerSecond: number;
  readonly ttftP99Seconds: number | null;
  readonly tbtP99Seconds: number | null;
}

/** What one resource more buys. */
export interface Growth {
  readonly resource: string;
  /** Share by which it grew. */
  readonly change: number;
  /** By which all devices together grew; 0 for what takes no area, or cannot be. */
  readonly mm2: number;
  /** Undefined for a design that cannot be, for the setting and the reason that these tell. */
  readonly after: CheapService | undefined;
  readonly refused: string;
  readonly problem: string;
  /** Limits that the grown design is beyond. */
  readonly beyond: readonly string[];
  /** Requests a second within the SLO for each mm² that was added; null without any. */
  readonly goodputPerMm2: number | null;
}

/** What each resource is worth. */
export interface GrowthReport {
  /** Of all devices of the design. */
  readonly areaMm2: number;
  /** How the figures were found. */
  readonly looked: Fidelity;
  /** As the design stands. */
  readonly before: CheapService;
  /** The most goodput per added mm² first; before these what takes no area, after these what cannot be. */
  readonly growth: readonly Growth[];
}

/**
 * Grows each resource of a design's dataflow devices alone, with no other made smaller for it.
 * @param guessPerSecond of its goodput, from which replays search for it and for those of the grown designs
 */
export function growthOf(
  design: NamedDesign,
  system: System,
  exploration: Exploration,
  evaluator: Evaluator,
  guessPerSecond: number,
): GrowthReport {
  const before = serviceOf(system, design.settings, evaluator, guessPerSecond);
  const { area_mm2: areaMm2 } = deviceResultsOf(system);
  const grown = variedDevices(exploration, system).flatMap((varied) =>
    grownDesigns(design, varied, exploration.space),
  );
  const growth = grown.map(({ resource, change, settings }): Growth => {
    try {
      const larger = evaluator.systemOf(settings);
      const after = serviceOf(larger, settings, evaluator, guessPerSecond);
      const mm2 = deviceResultsOf(larger).area_mm2 - areaMm2;
      const beyond = headroomsOf(larger, exploration).flatMap(({ name, left }) => (left < 0 ? [name] : []));
      const goodputPerMm2 = mm2 > 0 ? (after.goodputPerSecond - before.goodputPerSecond) / mm2 : null;
      return { resource, change, mm2, after, problem: "", refused: "", beyond, goodputPerMm2 };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const { key = "design", message } = error.problems[0]!;
      return {
        resource,
        change,
        mm2: 0,
        after: undefined,
        refused: key,
        problem: message,
        beyond: [],
        goodputPerMm2: null,
      };
    }
  });
  return {
    ...{ before, areaMm2 },
    looked: exploration.fidelities[0],
    growth: growth.sort(byWorth(before)),
  };
}

/** The better first; where goodput is the same, what brings first tokens forward the most for its area. */
function byWorth({ ttftP99Seconds: was }: CheapService): (a: Growth, b: Growth) => number {
  const later = ({ after, mm2 }: Growth) =>
    mm2 > 0 ? ((after?.ttftP99Seconds ?? Infinity) - (was ?? Infinity)) / mm2 || 0 : 0;
  return (a, b) => (rank(a) === rank(b) ? later(a) - later(b) : rank(b) - rank(a));
}

function rank({ after, goodputPerMm2 }: Growth): number {
  return after === undefined ? -Infinity : (goodputPerMm2 ?? Infinity);
}

/**
 * By estimate; by a slice where no formula covers the system, which resolves 1.5 % of its goodput.
 * @throws InputError for a system that no request fits in
 */
function serviceOf(
  system: System,
  settings: readonly WrittenSetting[],
  evaluator: Evaluator,
  guessPerSecond: number,
): CheapService {
  if (!coversSystem(system)) return slicedService(settings, evaluator, guessPerSecond);
  const { slo, saturation, latencies } = evaluator.estimateOf(system);
  return {
    goodputPerSecond: finely(slo.maxRequestsPerSecond ?? 0, saturation.requestsPerSecond, (ratePerSecond) => {
      return evaluator.estimateOf(system, { ratePerSecond }).slo.met === true;
    }),
    ttftP99Seconds: latencies.ttft?.p99 ?? null,
    tbtP99Seconds: latencies.tbt?.p99 ?? null,
  };
}

function slicedService(
  settings: readonly WrittenSetting[],
  evaluator: Evaluator,
  guessPerSecond: number,
): CheapService {
  const found = evaluator.evaluate(unlimited(settings, "slice", guessPerSecond));
  if (found.kind === "refused") throw new InputError({ key: found.constraint, message: found.problem });
  const { goodput_at_slo_rps: goodput, ttft_p99_s: ttft, tbt_p99_s: tbt } = found.results;
  return { goodputPerSecond: goodput ?? 0, ttftP99Seconds: ttft, tbtP99Seconds: tbt };
}

/** Steps of 1/256 of what saturates a system hide what a tenth of one resource is worth: here 1/262,144. */
const HALVINGS = 18;

/** The largest rate within the SLO, where `coarse` is known to be. */
function finely(coarse: number, saturation: number, meets: (ratePerSecond: number) => boolean): number {
  if (coarse === 0) return 0;
  let low = coarse;
  let high = saturation;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (meets(middle)) low = middle;
    else high = middle;
  }
  return low;
}
