import { InputError } from "../../../core/errors.ts";
import { Unmodelled, type MeasurementFolder } from "../dataset.ts";
import { readMeasuredRows } from "../measured-rows.ts";
import { errorStatistics } from "../statistics.ts";
import { MeasuredProfiles } from "./measured-profile.ts";
import { readRecordedRun, RUNS_FOLDER } from "./recorded-run.ts";
import { replayOnProfile, replayRun, runSystem, RUN_METRICS, type ReplayedRun } from "./replay-run.ts";
import { SweepReplay, sweepSystem, SWEEP_COLUMNS, SWEEPS, type SweepPoint } from "./replay-sweep.ts";
import { ServedSystems } from "./served-systems.ts";

/** One line of the comparison; times in seconds, errors as fractions of the measured value, null where there is none. */
export interface ServingSummaryRow {
  readonly dataset: string;
  readonly system: string;
  /** `ttft_mean`, `tpot_p99`… of a run; `ttft` or `tpot` of all points of a sweep. */
  readonly metric: string;
  /** Requests, or points. */
  readonly n: number;
  readonly measured: number | null;
  readonly predicted: number | null;
  /** Signed; over a sweep the median. */
  readonly error: number;
  readonly mdape: number | null;
  readonly p90ape: number | null;
}

/** What is not scored. */
export interface UnservedSystem {
  readonly dataset: string;
  readonly system: string;
  readonly reason: string;
  /** Runs, or points of a sweep. */
  readonly rows: number;
}

export interface ServingValidation {
  readonly runs: readonly ReplayedRun[];
  readonly points: readonly SweepPoint[];
  readonly summary: readonly ServingSummaryRow[];
  readonly unmodelled: readonly UnservedSystem[];
}

/**
 * Replays every recorded run and every closed-loop sweep of a folder.
 * @throws InputError, naming file and line, when the folder holds neither, or one of its files is broken
 */
export function validateServing(folder: MeasurementFolder): ServingValidation {
  const names = folder.foldersIn(RUNS_FOLDER);
  const hasSweeps = folder.files.includes(`${SWEEPS}.csv`);
  if (names.length === 0 && !hasSweeps) {
    throw new InputError({
      message: "no measured serving that the simulator can be compared with",
      expected: `${RUNS_FOLDER}/<run>/ with config.json and requests.csv, or ${SWEEPS}.csv`,
    });
  }
  const unmodelled = new UnservedSystems();
  const systems = new ServedSystems();
  const profiles = new MeasuredProfiles(folder);
  const runs = names.flatMap((name) => {
    const run = readRecordedRun(folder, name);
    const analytical = unmodelled.unless(`${RUNS_FOLDER}/${name}`, runSystem(run), () =>
      replayRun(run, systems),
    );
    const profiled = analytical.length === 0 ? undefined : replayOnProfile(run, systems, profiles);
    return profiled === undefined ? analytical : [...analytical, profiled];
  });
  const points = hasSweeps ? replaySweeps(folder, systems, unmodelled) : [];
  return {
    ...{ runs, points, unmodelled: unmodelled.list },
    summary: [...runs.flatMap(runRows), ...sweepRows(points)],
  };
}

function replaySweeps(
  folder: MeasurementFolder,
  systems: ServedSystems,
  unmodelled: UnservedSystems,
): SweepPoint[] {
  const file = `${SWEEPS}.csv`;
  try {
    const rows = readMeasuredRows(folder.readText(file) ?? "", SWEEP_COLUMNS);
    const replay = new SweepReplay(systems);
    return rows.flatMap((row) => unmodelled.unless(SWEEPS, sweepSystem(row), () => replay.point(row)));
  } catch (error) {
    throw error instanceof InputError ? error.inFile(folder.pathOf(file)) : error;
  }
}

/** What is not described, gathered by system and reason. */
class UnservedSystems {
  readonly #systems = new Map<string, UnservedSystem>();

  get list(): readonly UnservedSystem[] {
    return [...this.#systems.values()];
  }

  /** What `replay` gives, or nothing where it cannot. */
  unless<T>(dataset: string, system: string, replay: () => T): T[] {
    try {
      return [replay()];
    } catch (error) {
      if (!(error instanceof Unmodelled)) throw error;
      const { message: reason } = error;
      const key = JSON.stringify([dataset, system, reason]);
      const rows = (this.#systems.get(key)?.rows ?? 0) + 1;
      this.#systems.set(key, { dataset, system, reason, rows });
      return [];
    }
  }
}

const STATISTICS = ["mean", "p50", "p90", "p95", "p99"] as const;

function runRows({ dataset, system, measured, predicted }: ReplayedRun): ServingSummaryRow[] {
  return RUN_METRICS.flatMap((metric) =>
    STATISTICS.flatMap((statistic) => {
      const [is, said] = [measured[metric][statistic], predicted[metric][statistic]];
      if (is === null || said === null) return [];
      return [
        {
          ...{ dataset, system, metric: `${metric}_${statistic}` },
          ...{ n: measured[metric].count, measured: is, predicted: said, error: said / is - 1 },
          ...{ mdape: null, p90ape: null },
        },
      ];
    }),
  );
}

function sweepRows(points: readonly SweepPoint[]): ServingSummaryRow[] {
  const systems = [...new Set(points.map(({ system }) => system))];
  return systems.flatMap((system) =>
    (["ttft", "tpot"] as const).map((metric) => {
      const key = `${metric}Seconds` as const;
      const { n, mdape, p90ape, bias } = errorStatistics(
        points
          .filter((point) => point.system === system)
          .map(({ predicted, measured }) => predicted[key] / measured[key] - 1),
      );
      return {
        ...{ dataset: SWEEPS, system, metric, n, measured: null, predicted: null },
        ...{ error: bias, mdape, p90ape },
      };
    }),
  );
}
