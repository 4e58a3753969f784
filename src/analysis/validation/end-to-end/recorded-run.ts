import * as z from "zod";
import { InputError } from "../../../core/errors.ts";
import { RequestTableBuilder } from "../../../workload/request-table.ts";
import type { RequestTable } from "../../../workload/request.ts";
import type { MeasurementFolder } from "../dataset.ts";
import { readMeasuredRows, type MeasuredRow } from "../measured-rows.ts";

/** Folder of the runs within a folder of measurements, a folder a run. */
export const RUNS_FOLDER = "e2e-runs";

const count = z.int().min(1);
const known = <T extends z.ZodType>(type: T) => type.nullish().transform((value) => value ?? undefined);

/** What a run's `config.json` states of its server, by vLLM's names; other keys are for people. */
const settingsSchema = z.object({
  gpu: z.string(),
  model: z.string(),
  dtype: z.string().default("bfloat16"),
  backend: z.string().default("vllm"),
  tensor_parallel: count,
  data_parallel: known(count),
  pipeline_parallel: known(count),
  expert_parallel: known(z.boolean()),
  max_num_seqs: count,
  max_num_batched_tokens: count,
  max_model_len: known(count),
  block_size: count,
  gpu_memory_utilization: known(z.number().gt(0).max(1)),
  num_gpu_kv_blocks: known(count),
  kv_capacity_tokens: known(count),
  chunked_prefill: known(z.boolean()),
  prefix_caching: known(z.boolean()),
  async_scheduling: known(z.boolean()),
  vllm_version: z.string().default(""),
});

export type RunSettings = z.output<typeof settingsSchema>;

/** One request as it was measured; seconds from the moment at which the engine queued it. */
export interface MeasuredRequest {
  readonly ttftSeconds: number;
  /** Absent for answers of one token. */
  readonly tpotSeconds: number | undefined;
  readonly e2eSeconds: number;
}

/** Requests in the engine at a time of the run. */
export interface EngineSample {
  readonly seconds: number;
  readonly running: number;
  readonly waiting: number;
}

/** A whole run of a real engine under a recorded load. */
export interface RecordedRun {
  readonly name: string;
  readonly settings: RunSettings;
  /** Arrivals are those at the engine. */
  readonly requests: RequestTable;
  readonly measured: readonly MeasuredRequest[];
  readonly samples: readonly EngineSample[];
}

/**
 * Reads one run: `config.json`, `requests.csv` and, where there is one, `timeseries.csv`.
 * @throws InputError with file and line for a file that is missing or broken
 */
export function readRecordedRun(folder: MeasurementFolder, name: string): RecordedRun {
  const read = <T>(file: string, parse: (text: string) => T, missing?: T): T => {
    const path = `${RUNS_FOLDER}/${name}/${file}`;
    const text = folder.readText(path);
    try {
      if (text !== undefined) return parse(text);
    } catch (error) {
      throw error instanceof InputError ? error.inFile(folder.pathOf(path)) : error;
    }
    if (missing !== undefined) return missing;
    throw new InputError({ file: folder.pathOf(path), message: "missing file of a recorded run" });
  };
  const settings = read("config.json", parseSettings);
  const rows = read("requests.csv", (text) =>
    readMeasuredRows(text, ["queued_s", "input_tokens", "output_tokens", "ttft_ms", "tpot_ms", "e2e_ms"]).map(
      requestOf,
    ),
  );
  const table = new RequestTableBuilder({ ticksPerSecond: 1 });
  rows.forEach(({ arrival, input, output }, i) => {
    table.add(arrival, input, output, i, 0, -1);
  });
  return {
    ...{ name, settings },
    requests: table.build(),
    measured: rows.map((row) => row.measured),
    samples: read("timeseries.csv", parseSamples, []),
  };
}

function parseSettings(text: string): RunSettings {
  const settings = settingsSchema.safeParse(parseJson(text));
  if (settings.success) return settings.data;
  throw new InputError(
    settings.error.issues.map(({ path, message }) => ({
      key: path.join("."),
      message: message.toLowerCase(),
    })),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError({ message: `invalid JSON: ${(error as Error).message}` });
  }
}

function requestOf(row: MeasuredRow) {
  const [input, output] = [row.positive("input_tokens"), row.positive("output_tokens")];
  return {
    ...{ arrival: row.number("queued_s"), input, output },
    measured: {
      ttftSeconds: row.positive("ttft_ms") / 1e3,
      tpotSeconds: output > 1 ? row.positive("tpot_ms") / 1e3 : undefined,
      e2eSeconds: row.positive("e2e_ms") / 1e3,
    },
  };
}

function parseSamples(text: string): EngineSample[] {
  return readMeasuredRows(text, ["t_s", "running", "waiting"]).map((row) => ({
    ...{ seconds: row.number("t_s"), running: row.number("running"), waiting: row.number("waiting") },
  }));
}
