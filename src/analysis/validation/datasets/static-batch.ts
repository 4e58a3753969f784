import type { GpuDevice } from "../../../hardware/device.ts";
import { Unmodelled, type Dataset } from "../dataset.ts";
import { underEngine, type Engine } from "../engines.ts";
import type { MeasuredRow } from "../measured-rows.ts";
import { staticBatchBoundSeconds, staticBatchSeconds, type StaticBatch } from "../static-batch.ts";
import { MeasuredSystems } from "../systems.ts";

/** The A100 of this benchmark behave like cards of 40 GB: latency grows linearly once their KV cache is full. */
const ALIASES = { a100: "a100-40gb" };

/** Devices over which the accuracy is promised. */
const TARGET_DEVICES = ["A100", "H100"];

/** Frameworks of mid 2024. Reserved bytes: what models of 70 billion parameters leave of four cards of 40 GB. */
const ENGINES: Readonly<Record<string, Engine>> = {
  vLLM: {
    ...{ hostSecondsPerStep: 2.2e-3, hostSecondsPerSequence: 60e-6, directAllReduce: true },
    ...{ gpuMemoryUtilization: 0.9, reservedBytes: 3e9 },
  },
  "TensorRT-LLM": {
    ...{ hostSecondsPerStep: 1e-3, hostSecondsPerSequence: 20e-6, directAllReduce: false },
    ...{ gpuMemoryUtilization: 0.9, reservedBytes: 1.8e9 },
  },
  "Deepspeed-MII": {
    ...{ hostSecondsPerStep: 4e-3, hostSecondsPerSequence: 50e-6, directAllReduce: false },
    ...{ gpuMemoryUtilization: 0.9, reservedBytes: 3e9 },
  },
};

/** Offline batches of equal requests under several frameworks (argonne-lcf/LLM-Inference-Bench), 16-bit weights. */
export const staticBatch: Dataset = {
  name: "e2e-static-batch",
  title: "Static batches",
  goals: { throughput: { mdape: 0.1, p90ape: 0.3 } },
  columns: [
    ...["gpu", "num_gpus", "framework", "model", "input_tokens", "output_tokens", "batch"],
    ...["latency_s", "total_tokens_per_s"],
  ],
  comparer: () => {
    const predict = staticBatchPredictor();
    return (row) => {
      const outputTokens = row.positive("output_tokens");
      const { batch, systems, seconds } = predict(row, outputTokens);
      const { device, model, inputTokens, requests } = batch;
      const tokens = requests * (inputTokens + outputTokens);
      const measured = row.positive("total_tokens_per_s");
      // Some batches ended before all their tokens were made.
      const isPossible = row.positive("latency_s") >= staticBatchBoundSeconds(systems, batch);
      return [
        {
          ...{ device, preset: systems.device(device).name, model },
          operator: row.text("framework"),
          shape: `gpus=${batch.devices} batch=${requests} input=${inputTokens} output=${outputTokens}`,
          metric: "throughput",
          ...{ measured, predicted: tokens / seconds },
          target: TARGET_DEVICES.includes(device) && isPossible,
        },
      ];
    };
  },
};

interface Prediction {
  readonly batch: StaticBatch;
  readonly systems: MeasuredSystems;
  readonly seconds: number;
}

/** Predicts batches of the rows of one file. */
export function staticBatchPredictor(): (row: MeasuredRow, outputTokens: number) => Prediction {
  const frameworks = new Map(
    Object.entries(ENGINES).map(([name, engine]) => {
      const adapt = (device: GpuDevice): GpuDevice => underEngine(engine, device);
      return [name, { engine, systems: new MeasuredSystems({ aliases: ALIASES, adapt }) }];
    }),
  );
  return (row, outputTokens) => {
    const [device, model, name] = [row.text("gpu"), row.text("model"), row.text("framework")];
    const framework = frameworks.get(name);
    if (framework === undefined) throw new Unmodelled(device, model, `framework ${name}`);
    const { systems, engine } = framework;
    const batch = {
      ...{ device, model, devices: row.positive("num_gpus"), requests: row.positive("batch") },
      ...{ inputTokens: row.positive("input_tokens"), outputTokens },
    };
    return { batch, systems, seconds: staticBatchSeconds(systems, engine, batch) };
  };
}
