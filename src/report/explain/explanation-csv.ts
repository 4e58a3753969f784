import { stringify } from "csv-stringify/browser/esm/sync";
import { RESOURCES } from "../../perf/step-cost.ts";
import type { StepExplanation } from "../../perf/step-explanation.ts";

const COLUMNS = [
  ...["operator", "unit", "dataflow", "partition", "tile", "count"],
  ...["flops", "dram_bytes", "network_bytes", "local_bytes", "link_bytes"],
  ...["time_s", "share", ...RESOURCES.map((name) => `${name}_s`), "local_sram_s"],
  ...["bound", "bound_utilization", "peak_utilization", "energy_j"],
];

/**
 * `explain.csv`: a row an operator, in order of execution; all runs of it together, per device but for the energy, which
 * is that of the replica. Shares and utilisations are fractions.
 */
export function explanationCsv({ operators, seconds }: StepExplanation): string {
  return stringify([
    COLUMNS,
    ...operators.map((row) => [
      ...[row.operator, row.unit, row.dataflow, row.partition, row.tile, row.count],
      ...[row.flops, row.dramBytes, row.networkBytes, row.localBytes, row.linkBytes],
      ...[row.seconds, row.seconds / seconds],
      ...[...RESOURCES.map((name) => row.busySeconds[name]), row.localSeconds],
      ...[row.bound, row.boundUtilization, row.peakUtilization, row.joules],
    ]),
  ]);
}
