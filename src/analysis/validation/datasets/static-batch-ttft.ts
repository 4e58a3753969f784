import type { Dataset } from "../dataset.ts";
import { staticBatchPredictor } from "./static-batch.ts";

/** Batches of the static benchmark that stop after one token, and after so many that the decode steps show. */
export const staticBatchTtft: Dataset = {
  name: "e2e-static-batch-ttft",
  title: "Static batches, first token",
  goals: {},
  columns: [
    ...["gpu", "num_gpus", "framework", "model", "input_tokens", "batch"],
    ...["prefill_plus_one_token_s", "total_latency_1024_out_s"],
  ],
  comparer: () => {
    const predict = staticBatchPredictor();
    return (row) =>
      (
        [
          ["prefill_plus_one_token_s", 1],
          ["total_latency_1024_out_s", 1024],
        ] as const
      ).map(([column, outputTokens]) => {
        const { batch, systems, seconds } = predict(row, outputTokens);
        const { device, model, inputTokens, requests, devices } = batch;
        return {
          ...{ device, preset: systems.device(device).name, model },
          operator: row.text("framework"),
          shape: `gpus=${devices} batch=${requests} input=${inputTokens} output=${outputTokens}`,
          ...{ metric: "batch_time", measured: row.positive(column), predicted: seconds, target: false },
        };
      });
  },
};
