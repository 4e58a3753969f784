import type { Comparison, Dataset, MeasurementFolder } from "../../analysis/validation/dataset.ts";
import { splitwiseIterations } from "../../analysis/validation/datasets/splitwise-iterations.ts";
import { staticBatch } from "../../analysis/validation/datasets/static-batch.ts";
import { readMeasuredRows, type MeasuredRow } from "../../analysis/validation/measured-rows.ts";
import { InputError } from "../../core/errors.ts";
import { findModel } from "../../models/catalog.ts";
import type { System, Traffic } from "../../scenario/scenario.ts";
import { RequestTableBuilder } from "../../workload/request-table.ts";
import { decodeSeconds, type Choices } from "./contenders.ts";
import { metricsOf } from "./service.ts";

/** A batch that was measured on A100s with the software of its day, and what the found design takes for it. */
export interface MeasuredBatch {
  /** Name of the file. */
  readonly source: string;
  readonly software: string;
  readonly batch: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Seconds for a token of every sequence: of one decode step, or of a whole batch with its prompts. */
  readonly measuredSeconds: number;
  /** What the model of the A100 says under that software. */
  readonly modelSeconds: number;
  readonly foundSeconds: number;
}

/** How rows of a file are put beside a design. */
interface Source {
  readonly dataset: Dataset;
  /** Models of the same shape by how the file spells them; but for its vocabulary, Llama 2 70B is Llama 3 70B. */
  readonly models: Readonly<Record<string, { readonly written: string; readonly as: string }>>;
  readonly device: string;
  readonly devicesColumn: string;
  readonly inputColumn: string;
  software(row: MeasuredRow): string;
  /** The comparison of a row that tells of decoding; undefined for a row that does not count. */
  pick(comparisons: readonly Comparison[], row: MeasuredRow): Comparison | undefined;
  /** Seconds for a token of every sequence. @param value measured or predicted */
  secondsOf(value: number, row: MeasuredRow): number;
  /** The same of a design. */
  foundSeconds(found: Choices, model: string, row: MeasuredRow, traffic: Traffic): number;
}

const SOURCES: readonly Source[] = [
  {
    dataset: splitwiseIterations,
    models: { "llama-3-70b": { written: "llama2-70b", as: "llama-2-70b" } },
    ...{ device: "a100-80gb", devicesColumn: "tp", inputColumn: "prompt_tokens" },
    software: () => "vLLM of 2023",
    pick: (comparisons) => comparisons.find(({ operator, target }) => operator === "decode_step" && target),
    secondsOf: (seconds) => seconds,
    foundSeconds: ({ variants }, model, row) => {
      const system = { ...variants[0]!.system, model: findModel(model) };
      const context = row.positive("prompt_tokens") + row.positive("output_tokens") / 2;
      return decodeSeconds({ system }, row.positive("batch"), context);
    },
  },
  {
    dataset: staticBatch,
    models: { "llama-3-8b": { written: "meta-llama/Meta-Llama-3-8B", as: "llama-3-8b" } },
    ...{ device: "A100", devicesColumn: "num_gpus", inputColumn: "input_tokens" },
    software: (row) => `${row.text("framework")} of 2024, cards of 40 GB`,
    pick: (comparisons) => comparisons.find(({ target }) => target),
    // Total tokens per second, prompts included.
    secondsOf: (tokensPerSecond, row) =>
      (row.positive("batch") * (row.positive("input_tokens") + row.positive("output_tokens"))) /
      tokensPerSecond /
      row.positive("output_tokens"),
    foundSeconds: ({ variants }, _, row, traffic) =>
      Math.min(...variants.map(({ system }) => wholeBatchSeconds(system, row, traffic))) /
      row.positive("output_tokens"),
  },
];

/** Answers from here on: shorter ones tell more of prompts. */
const LEAST_BATCH = 16;

/**
 * Batches of the model on as many A100s that somebody measured, each beside the found design under the same batch. None of a
 * folder that is not there.
 */
export function measuredBatches(
  folder: MeasurementFolder | undefined,
  found: Choices,
  traffic: Traffic,
): MeasuredBatch[] {
  if (folder === undefined) return [];
  return SOURCES.flatMap((source) => batchesOf(source, folder, found, traffic));
}

function batchesOf(
  source: Source,
  folder: MeasurementFolder,
  found: Choices,
  traffic: Traffic,
): MeasuredBatch[] {
  const { dataset, device, devicesColumn, inputColumn } = source;
  const { model, parallelism } = found.variants[0]!.system;
  const spelled = source.models[model.name];
  const file = `${dataset.name}.csv`;
  const text = folder.readText(file);
  if (spelled === undefined || text === undefined) return [];
  try {
    const rows = readMeasuredRows(text, dataset.columns);
    const compare = dataset.comparer(rows, folder);
    return rows.flatMap((row): MeasuredBatch[] => {
      const isOurs =
        row.text("gpu") === device &&
        row.text("model") === spelled.written &&
        row.positive(devicesColumn) === parallelism.tensorParallel &&
        row.positive("batch") >= LEAST_BATCH;
      const picked = isOurs ? source.pick(compare(row), row) : undefined;
      if (picked === undefined) return [];
      return [
        {
          ...{ source: dataset.name, software: source.software(row), batch: row.positive("batch") },
          ...{ inputTokens: row.positive(inputColumn), outputTokens: row.positive("output_tokens") },
          measuredSeconds: source.secondsOf(picked.measured, row),
          modelSeconds: source.secondsOf(picked.predicted, row),
          foundSeconds: source.foundSeconds(found, spelled.as, row, traffic),
        },
      ];
    });
  } catch (error) {
    throw error instanceof InputError ? error.inFile(folder.pathOf(file)) : error;
  }
}

/** Seconds until the last token of equal requests that arrive together. */
function wholeBatchSeconds(system: System, row: MeasuredRow, traffic: Traffic): number {
  const table = new RequestTableBuilder({ ticksPerSecond: 1 });
  for (let i = 0; i < row.positive("batch"); i++)
    table.add(0, row.positive("input_tokens"), row.positive("output_tokens"), i, 0, -1);
  const whole = { ...traffic, margins: { warmupSeconds: 0, drainSeconds: 0 } };
  return metricsOf(whole, { system }, table.build()).durationSeconds;
}
