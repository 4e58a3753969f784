import type { Collective } from "../../../perf/operators.ts";
import { Unmodelled, type Dataset } from "../dataset.ts";
import type { MeasuredRow } from "../measured-rows.ts";
import { secondsAlone } from "../operator-seconds.ts";
import { MeasuredSystems } from "../systems.ts";

const KINDS: Readonly<Record<string, Collective["kind"]>> = {
  all_reduce: "all-reduce",
  all_gather: "all-gather",
  alltoall: "all-to-all",
};

const TARGET_BYTES = { least: 2 ** 16, most: 2 ** 26 };

/** Profiled in PyTorch, a rank's kernel time includes its wait for the slowest rank (microsoft/vidur). */
const WAITING_BACKEND = "nccl_torch_kineto";
/** Below this that wait, not the transfer, is what more than two GPUs show. */
const LEAST_BYTES_BEYOND_WAITING = 2 ** 20;

/** Collectives by several libraries; each system is judged by the one that is fastest at the size. */
export const collectives: Dataset = {
  name: "collectives",
  title: "Collectives",
  goals: { collective_time: { mdape: 0.1, p90ape: 0.25 } },
  columns: ["op", "gpu", "num_gpus", "num_nodes", "backend", "bytes", "time_us"],
  comparer: (rows) => {
    const systems = new MeasuredSystems();
    const isBest = bestBackends(systems, rows);
    return (row) => {
      const device = row.text("gpu");
      const [devices, bytes] = [row.positive("num_gpus"), row.positive("bytes")];
      const op = row.text("op");
      const kind = KINDS[op];
      if (kind === undefined) throw new Unmodelled(device, "", `collective ${op}`);
      if (row.positive("num_nodes") > 1) throw new Unmodelled(device, "", "links between nodes");
      const machine = systems.machine(device, devices);
      const inRange = bytes >= TARGET_BYTES.least && bytes <= TARGET_BYTES.most;
      return [
        {
          ...{
            device,
            preset: systems.device(device).name,
            model: "",
            operator: `${op}_${row.text("backend")}`,
          },
          ...{ shape: `gpus=${devices} bytes=${bytes}`, metric: "collective_time" },
          measured: row.positive("time_us") / 1e6,
          predicted: secondsAlone(machine, { kind, name: op, count: 1, devices, bytesPerRow: bytes }, 1),
          target: kind === "all-reduce" && inRange && isBest(row),
        },
      ];
    };
  },
};

/**
 * Tells the rows of the backend that is the fastest for its system and size. Times that include waiting count only for
 * systems which nothing else has measured, and there from the size on at which the wait no longer matters.
 */
function bestBackends(systems: MeasuredSystems, rows: readonly MeasuredRow[]): (row: MeasuredRow) => boolean {
  const systemOf = (row: MeasuredRow): string =>
    [systems.presetName(row.text("gpu")), row.text("op"), row.text("num_gpus"), row.text("num_nodes")].join();
  const sizeOf = (row: MeasuredRow): string => `${systemOf(row)},${row.text("bytes")}`;
  const waits = (row: MeasuredRow): boolean => row.text("backend") === WAITING_BACKEND;
  const measuredWithoutWaiting = new Set(rows.filter((row) => !waits(row)).map(systemOf));
  const isOutdone = (row: MeasuredRow): boolean => waits(row) && measuredWithoutWaiting.has(systemOf(row));
  const least = new Map<string, number>();
  for (const row of rows) {
    if (isOutdone(row)) continue;
    least.set(sizeOf(row), Math.min(least.get(sizeOf(row)) ?? Infinity, row.positive("time_us")));
  }
  return (row) => {
    if (isOutdone(row)) return false;
    const isMostlyWaiting =
      waits(row) && row.positive("num_gpus") > 2 && row.positive("bytes") < LEAST_BYTES_BEYOND_WAITING;
    return !isMostlyWaiting && row.positive("time_us") === least.get(sizeOf(row));
  };
}
