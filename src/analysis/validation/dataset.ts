import type { MeasuredRow } from "./measured-rows.ts";

/** What is compared; `throughput` grows where the others shrink. */
export type Metric =
  | "kernel_time"
  | "prefill_time"
  | "decode_time"
  | "collective_time"
  | "layer_time"
  | "iteration_time"
  | "batch_time"
  | "latency"
  | "throughput";

/** A measurement beside what the model says; seconds, or tokens per second for a throughput. */
export interface Comparison {
  /** As the file spells it. */
  readonly device: string;
  /** Name in the device catalog. */
  readonly preset: string;
  /** As the file spells it; empty for a kernel of no model. */
  readonly model: string;
  readonly operator: string;
  /** The sizes that decide the time, e.g. `m=64 n=4096 k=4096`. */
  readonly shape: string;
  readonly metric: Metric;
  readonly measured: number;
  readonly predicted: number;
  /** The row lies in the range over which the dataset's accuracy is promised. */
  readonly target: boolean;
}

/** Where the measurements lie: a file a dataset. */
export interface MeasurementFolder {
  /** Names of the CSV files in it, without those in folders of its own. */
  readonly files: readonly string[];
  /** Names of the folders in one of its folders, sorted; none where there is no such folder. */
  foldersIn(path: string): readonly string[];
  /** Text of a file by its path in the folder, undefined where there is none. */
  readText(path: string): string | undefined;
  /** As the user would name the file. */
  pathOf(path: string): string;
}

/** Accuracy that is promised over the target rows of a device: median and 90th percentile of the absolute error, as fractions. */
export interface Goal {
  readonly mdape: number;
  readonly p90ape: number;
}

/** A kind of file: which columns it has and how its rows are predicted. */
export interface Dataset {
  /** File name without `.csv`. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** What is promised; a metric without a goal is compared and not judged. */
  readonly goals: Readonly<Partial<Record<Metric, Goal>>>;
  /** Columns that the file must have. */
  readonly columns: readonly string[];
  /**
   * Prepares to compare the rows of one file: what is returned compares one row.
   * @param rows all of them, for what depends on the whole file
   * @param folder for files that belong to the rows
   */
  comparer(
    rows: readonly MeasuredRow[],
    folder: MeasurementFolder,
  ): (row: MeasuredRow) => readonly Comparison[];
}

/** Thrown for a row whose device, model or operator is not described here: it is listed, not scored. */
export class Unmodelled extends Error {
  readonly device: string;
  readonly model: string;

  constructor(device: string, model: string, reason: string) {
    super(reason);
    this.name = "Unmodelled";
    this.device = device;
    this.model = model;
  }
}
