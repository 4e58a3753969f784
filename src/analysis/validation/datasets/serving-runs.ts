import { SINGLE_DEVICE } from "../../../models/parallelism.ts";
import { BF16 } from "../../../models/precision.ts";
import type { EngineConfig } from "../../../serving/config.ts";
import { sizeKvPool } from "../../../serving/kv-pool-size.ts";
import { RequestTableBuilder } from "../../../workload/request-table.ts";
import type { RequestTable } from "../../../workload/request.ts";
import { Unmodelled, type Dataset, type MeasurementFolder } from "../dataset.ts";
import { runEngine } from "../engine-run.ts";
import { readMeasuredRows } from "../measured-rows.ts";
import { described, MeasuredSystems } from "../systems.ts";

/** Settings that a run's config.json states; null for those it does not. */
interface RunSettings {
  readonly max_num_seqs: number;
  readonly max_num_batched_tokens: number;
  readonly max_model_len: number | null;
  readonly block_size: number;
  readonly gpu_memory_utilization: number;
  readonly num_gpu_kv_blocks: number | null;
}

/** Whole runs of vLLM 0.19 under a recorded load (casys-kaist/LLMServingSim), replayed; prefix caching is left out. */
export const servingRuns: Dataset = {
  name: "e2e-runs-summary",
  title: "Serving runs",
  goals: {},
  columns: ["run", "gpu", "model", "tp", "dp", "ttft_mean_ms", "tpot_mean_ms", "e2e_mean_ms", "makespan_s"],
  comparer: (_, folder) => {
    const systems = new MeasuredSystems();
    return (row) => {
      const [device, model, run] = [row.text("gpu"), row.text("model"), row.text("run")];
      const tensorParallel = row.positive("tp");
      if (row.positive("dp") > 1) throw new Unmodelled(device, model, "data-parallel engines in lockstep");
      const cost = systems.stepCost(device, model, tensorParallel);
      const requests = recordedRequests(folder, run);
      const settings = recordedSettings(folder, run);
      if (requests === undefined || settings === undefined)
        throw new Unmodelled(device, model, `no requests.csv and config.json of ${run}`);
      const engine = engineConfig(systems, device, model, tensorParallel, settings);
      const metrics = runEngine(requests, engine, cost);
      const figures = [
        ["mean_ttft", row.positive("ttft_mean_ms") / 1e3, metrics.ttft.mean],
        ["mean_tpot", row.positive("tpot_mean_ms") / 1e3, metrics.tpot.mean],
        ["mean_e2e", row.positive("e2e_mean_ms") / 1e3, metrics.e2e.mean],
        ["makespan", row.positive("makespan_s"), metrics.durationSeconds],
      ] as const;
      return figures.map(([operator, measured, predicted]) => ({
        ...{ device, preset: systems.device(device).name, model, operator, measured },
        ...{ shape: `tp=${tensorParallel} requests=${requests.length}`, metric: "latency", target: false },
        predicted: predicted ?? NaN,
      }));
    };
  },
};

/** The requests of a run as the engine received them. */
function recordedRequests(folder: MeasurementFolder, run: string): RequestTable | undefined {
  const text = folder.readText(`e2e-runs/${run}/requests.csv`);
  if (text === undefined) return undefined;
  const table = new RequestTableBuilder({ ticksPerSecond: 1 });
  readMeasuredRows(text, ["queued_s", "input_tokens", "output_tokens"]).forEach((row, i) => {
    table.add(row.number("queued_s"), row.positive("input_tokens"), row.positive("output_tokens"), i, 0, -1);
  });
  return table.build();
}

function recordedSettings(folder: MeasurementFolder, run: string): RunSettings | undefined {
  const text = folder.readText(`e2e-runs/${run}/config.json`);
  return text === undefined ? undefined : (JSON.parse(text) as RunSettings);
}

function engineConfig(
  systems: MeasuredSystems,
  device: string,
  model: string,
  tensorParallel: number,
  settings: RunSettings,
): EngineConfig {
  const shape = systems.model(device, model);
  const { max_num_batched_tokens: maxNumBatchedTokens, block_size: blockSize } = settings;
  const kvBlocks =
    settings.num_gpu_kv_blocks ??
    described(device, model, () =>
      sizeKvPool({
        ...{ model: shape, device: systems.device(device), precision: BF16, maxNumBatchedTokens, blockSize },
        ...{ parallelism: { ...SINGLE_DEVICE, tensorParallel }, maxNumSeqs: settings.max_num_seqs },
        gpuMemoryUtilization: settings.gpu_memory_utilization,
      }),
    ).blocks;
  return {
    ...{ maxNumSeqs: settings.max_num_seqs, maxNumBatchedTokens, blockSize, kvBlocks },
    maxModelLen: settings.max_model_len ?? shape.maxPositionTokens,
    ...{ enableChunkedPrefill: true, longPrefillTokenThreshold: 0 },
  };
}
