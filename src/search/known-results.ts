import { deviceCount } from "../models/parallelism.ts";
import type { System } from "../scenario/scenario.ts";
import { fastDieDollars, fastPriceDollars } from "./constraints/fast-figures.ts";
import type { FeasibilityCheck } from "./constraints/feasibility-check.ts";
import type { ResultName } from "./evaluation/results.ts";
import type { Point, Space } from "./space/space.ts";

/** Results that follow from a design alone. */
export type KnownResults = Readonly<Record<(typeof KNOWN_RESULTS)[number], number>>;

export const KNOWN_RESULTS = ["devices", "area_mm2", "peak_w", "die_dollars", "price_dollars"] as const;

/** Results that are the goodput over one of these. */
export const SHARES_OF_GOODPUT = {
  goodput_per_mm2: "area_mm2",
  goodput_per_w: "peak_w",
  goodput_per_dollar: "price_dollars",
} as const satisfies Partial<Record<ResultName, keyof KnownResults>>;

/** What is known of a design without evaluating it, as `withDeviceResults` finds it on the system itself. */
export function knownResultsOf(
  space: Space,
  feasibility: FeasibilityCheck,
  { replicas, parallelism }: System,
): (point: Point) => KnownResults {
  const setting = (path: string, base: number) => {
    const index = space.axes.findIndex((axis) => axis.path === `cluster.${path}`);
    return (point: Point) => (index < 0 || Number.isNaN(point[index]!) ? base : point[index]!);
  };
  const counts = {
    replicas: setting("replicas", replicas),
    tensorParallel: setting("tensor_parallel", parallelism.tensorParallel),
    pipelineParallel: setting("pipeline_parallel", parallelism.pipelineParallel),
    expertParallel: setting("expert_parallel", parallelism.expertParallel),
    dataParallelAttention: setting("data_parallel_attention", parallelism.dataParallelAttention),
  };
  return (point) => {
    const { numbers, figures } = feasibility.figuresOf(point);
    const devices =
      counts.replicas(point) *
      deviceCount({
        tensorParallel: counts.tensorParallel(point),
        pipelineParallel: counts.pipelineParallel(point),
        expertParallel: counts.expertParallel(point),
        dataParallelAttention: counts.dataParallelAttention(point),
      });
    return {
      devices,
      area_mm2: figures.dieMm2 * devices,
      peak_w: figures.peakWatts * devices,
      die_dollars: fastDieDollars(numbers, figures.dieMm2),
      price_dollars: fastPriceDollars(numbers, figures.dieMm2) * devices,
    };
  };
}
