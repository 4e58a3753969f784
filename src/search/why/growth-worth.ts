import { InputError } from "../../core/errors.ts";
import { deviceAreaMm2 } from "../../hardware/area.ts";
import type { HdaDevice } from "../../hardware/device.ts";
import type { System } from "../../scenario/scenario.ts";
import type { Constraint } from "../constraints/limits.ts";
import type { Evaluator } from "../evaluation/evaluator.ts";
import type { Space } from "../space/space.ts";
import { grownDesigns } from "./growth.ts";
import { headroomsOf } from "./headroom.ts";
import type { NamedDesign } from "./named-design.ts";

/** How a design serves, by estimate; latencies at the workload's own rate, null where that is more than it can serve. */
export interface EstimatedService {
  readonly goodputPerSecond: number;
  readonly ttftP99Seconds: number | null;
  readonly tbtP99Seconds: number | null;
}

/** What one resource more buys. */
export interface Growth {
  readonly resource: string;
  /** Share by which it grew. */
  readonly change: number;
  /** By which the die grew; 0 for what takes no area, or cannot be. */
  readonly mm2: number;
  /** Undefined for a design that cannot be, for the setting and the reason that these tell. */
  readonly after: EstimatedService | undefined;
  readonly refused: string;
  readonly problem: string;
  /** Limits that the grown design is beyond. */
  readonly beyond: readonly string[];
  /** Requests a second within the SLO for each mm² that was added; null without any. */
  readonly goodputPerMm2: number | null;
}

/** What each resource is worth. */
export interface GrowthReport {
  /** As the design stands. */
  readonly before: EstimatedService;
  /** The most goodput per added mm² first; before these what takes no area, after these what cannot be. */
  readonly growth: readonly Growth[];
}

/** Grows each resource of a design alone, with no other made smaller for it. */
export function growthOf(
  design: NamedDesign,
  system: System,
  device: HdaDevice,
  { constraints, space }: { readonly constraints: readonly Constraint[]; readonly space: Space },
  evaluator: Evaluator,
): GrowthReport {
  const before = serviceOf(system, evaluator);
  const growth = grownDesigns(design, device, space).map(({ resource, change, settings }): Growth => {
    try {
      const larger = evaluator.systemOf(settings);
      const after = serviceOf(larger, evaluator);
      const mm2 = deviceAreaMm2(larger.device).totalMm2 - deviceAreaMm2(device).totalMm2;
      const beyond = headroomsOf(larger.device, constraints).flatMap(({ name, left }) =>
        left < 0 ? [name] : [],
      );
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
  return { before, growth: growth.sort(byWorth(before)) };
}

/** The better first; where goodput is the same, what brings first tokens forward the most for its area. */
function byWorth({ ttftP99Seconds: was }: EstimatedService): (a: Growth, b: Growth) => number {
  const later = ({ after, mm2 }: Growth) =>
    mm2 > 0 ? ((after?.ttftP99Seconds ?? Infinity) - (was ?? Infinity)) / mm2 || 0 : 0;
  return (a, b) => (rank(a) === rank(b) ? later(a) - later(b) : rank(b) - rank(a));
}

function rank({ after, goodputPerMm2 }: Growth): number {
  return after === undefined ? -Infinity : (goodputPerMm2 ?? Infinity);
}

/** @throws InputError for a system that no request fits in */
function serviceOf(system: System, evaluator: Evaluator): EstimatedService {
  const { slo, saturation, latencies } = evaluator.estimateOf(system);
  return {
    goodputPerSecond: finely(slo.maxRequestsPerSecond ?? 0, saturation.requestsPerSecond, (ratePerSecond) => {
      return evaluator.estimateOf(system, { ratePerSecond }).slo.met === true;
    }),
    ttftP99Seconds: latencies.ttft?.p99 ?? null,
    tbtP99Seconds: latencies.tbt?.p99 ?? null,
  };
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
