import { RESOURCES, type OperatorCost, type Resource } from "../../perf/step-cost.ts";
import type { StepExplanation } from "../../perf/step-explanation.ts";

/** All operators of a step together, in the units of `OperatorCost`. */
export interface StepTotals {
  /** FLOPs of matrix units. */
  readonly matrixFlops: number;
  readonly flops: number;
  readonly dramBytes: number;
  readonly networkBytes: number;
  readonly localBytes: number;
  readonly linkBytes: number;
  readonly seconds: number;
  readonly busySeconds: Readonly<Record<Resource, number>>;
  readonly localSeconds: number;
  readonly joules: number;
  /** Matrix FLOPs over what all matrix units could do in the step (0..1). */
  readonly peakUtilization: number;
}

export function totalsOf({ operators, seconds, roofs }: StepExplanation): StepTotals {
  const sum = (value: (row: OperatorCost) => number): number =>
    operators.reduce((total, row) => total + value(row), 0);
  const matrixFlops = sum((row) => (row.peakUtilization === null ? 0 : row.flops));
  return {
    matrixFlops,
    flops: sum((row) => row.flops),
    dramBytes: sum((row) => row.dramBytes),
    networkBytes: sum((row) => row.networkBytes),
    localBytes: sum((row) => row.localBytes),
    linkBytes: sum((row) => row.linkBytes),
    seconds,
    busySeconds: Object.fromEntries(
      RESOURCES.map((name) => [name, sum((row) => row.busySeconds[name])]),
    ) as Record<Resource, number>,
    localSeconds: sum((row) => row.localSeconds),
    joules: sum((row) => row.joules),
    peakUtilization: matrixFlops / (seconds * roofs.compute[0]!.flopsPerSecond),
  };
}

/** Share (0..1) of the step by what binds its operators, the largest first. */
export function boundShares({ operators, seconds }: StepExplanation): readonly (readonly [string, number])[] {
  const shares = new Map<string, number>();
  for (const row of operators) {
    shares.set(row.bound, (shares.get(row.bound) ?? 0) + row.seconds / seconds);
  }
  return [...shares].sort(([, a], [, b]) => b - a);
}
