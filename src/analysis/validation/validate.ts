import { InputError, RunError } from "../../core/errors.ts";
import {
  Unmodelled,
  type Comparison,
  type Dataset,
  type Goal,
  type MeasurementFolder,
  type Metric,
} from "./dataset.ts";
import { DATASETS } from "./datasets.ts";
import { readMeasuredRows, type MeasuredRow } from "./measured-rows.ts";
import { errorStatistics, type ErrorStatistics } from "./statistics.ts";

/** `target`: rows in the range over which the accuracy is promised. */
export type Subset = "target" | "other";
const SUBSETS: readonly Subset[] = ["target", "other"];

export interface Point extends Omit<Comparison, "target"> {
  readonly dataset: string;
  readonly subset: Subset;
  /** Predicted / measured - 1. */
  readonly signedError: number;
  /** 1-based line of the measurement in its file. */
  readonly line: number;
}

/** The errors of one dataset on one device, apart by subset and by what was measured. */
export interface SummaryRow extends ErrorStatistics {
  readonly dataset: string;
  readonly device: string;
  readonly subset: Subset;
  readonly metric: Metric;
  /** What is promised for these rows; null where nothing is. */
  readonly goal: Goal | null;
}

/** Whether the errors stay within what is promised; null where nothing is. */
export function meetsGoal({ goal, mdape, p90ape }: SummaryRow): boolean | null {
  return goal === null ? null : mdape <= goal.mdape && p90ape <= goal.p90ape;
}

/** Measurements of a system that is not described here. */
export interface UnmodelledSystem {
  readonly dataset: string;
  readonly device: string;
  readonly model: string;
  readonly reason: string;
  readonly rows: number;
}

export interface Validation {
  readonly points: readonly Point[];
  readonly summary: readonly SummaryRow[];
  readonly unmodelled: readonly UnmodelledSystem[];
  /** File names of datasets that were not there. */
  readonly absent: readonly string[];
  /** File names that no dataset has. */
  readonly notCompared: readonly string[];
}

/**
 * Compares the model with every dataset of a folder.
 * @throws InputError for a folder without any, a file with broken CSV, missing columns or cells that are no numbers
 * @throws RunError when the model answers with something that is no time and no rate
 */
export function validate(folder: MeasurementFolder): Validation {
  const known = DATASETS.map(fileOf);
  const present = DATASETS.filter((dataset) => folder.files.includes(fileOf(dataset)));
  if (present.length === 0) {
    throw new InputError({
      message: "no measurements that the model can be compared with",
      expected: `at least one of ${known.join(", ")}`,
    });
  }
  const compared = present.map((dataset) => {
    try {
      return compareDataset(dataset, folder);
    } catch (error) {
      throw error instanceof InputError ? error.inFile(folder.pathOf(fileOf(dataset))) : error;
    }
  });
  const points = compared.flatMap((found) => found.points);
  return {
    points,
    summary: summarise(points),
    unmodelled: compared.flatMap((found) => found.unmodelled),
    absent: known.filter((file) => !folder.files.includes(file)),
    notCompared: folder.files.filter((file) => !known.includes(file)),
  };
}

function fileOf({ name }: Dataset): string {
  return `${name}.csv`;
}

function compareDataset(
  dataset: Dataset,
  folder: MeasurementFolder,
): { readonly points: readonly Point[]; readonly unmodelled: readonly UnmodelledSystem[] } {
  const rows = readMeasuredRows(folder.readText(fileOf(dataset)) ?? "", dataset.columns);
  const compare = dataset.comparer(rows, folder);
  const points: Point[] = [];
  const unmodelled = new Map<string, UnmodelledSystem>();
  for (const row of rows) {
    try {
      for (const { target, ...comparison } of compare(row)) {
        checkPrediction(dataset, row, comparison.predicted);
        const signedError = comparison.predicted / comparison.measured - 1;
        const subset = target ? "target" : "other";
        points.push({ dataset: dataset.name, ...comparison, subset, signedError, line: row.line });
      }
    } catch (error) {
      if (!(error instanceof Unmodelled)) throw error;
      const { device, model, message: reason } = error;
      const key = JSON.stringify([device, model, reason]);
      const before = unmodelled.get(key)?.rows ?? 0;
      unmodelled.set(key, { dataset: dataset.name, device, model, reason, rows: before + 1 });
    }
  }
  return { points, unmodelled: [...unmodelled.values()] };
}

/** @throws RunError: every prediction is a time or a rate */
function checkPrediction({ name }: Dataset, { line }: MeasuredRow, predicted: number): void {
  if (predicted > 0 && Number.isFinite(predicted)) return;
  throw new RunError(`${name}: the model predicts ${predicted} for the measurement of line ${line}`);
}

/** A row per dataset, device, metric and subset, in the order of the measurements, targets before others. */
function summarise(points: readonly Point[]): SummaryRow[] {
  const groups = new Map<
    string,
    { readonly first: Point; readonly target: number[]; readonly other: number[] }
  >();
  for (const point of points) {
    const key = JSON.stringify([point.dataset, point.device, point.metric]);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { first: point, target: [], other: [] }));
    group[point.subset].push(point.signedError);
  }
  return [...groups.values()].flatMap((group) => {
    const { dataset, device, metric } = group.first;
    const promised = DATASETS.find(({ name }) => name === dataset)?.goals[metric] ?? null;
    return SUBSETS.filter((subset) => group[subset].length > 0).map((subset) => {
      const goal = subset === "target" ? promised : null;
      return { dataset, device, subset, metric, goal, ...errorStatistics(group[subset]) };
    });
  });
}
