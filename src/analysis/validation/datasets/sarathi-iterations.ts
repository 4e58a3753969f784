import { Unmodelled, type Dataset } from "../dataset.ts";
import type { MeasuredRow } from "../measured-rows.ts";
import { EagerSteps } from "../eager-steps.ts";
import { EAGER_VLLM } from "../engines.ts";
import { decodeBatch, prefillBatch, type StepBatch } from "../step-seconds.ts";

/** The first batch of its run, slower than one of twice its size. */
const WARM_UP = { case: "prefill_only", tokens: 256 };

/** Steps of Yi-34B on two GPUs (microsoft/sarathi-serve): prompts alone, decodes alone, both, and prompts in chunks. */
export const sarathiIterations: Dataset = {
  name: "iteration-sarathi-yi34b",
  title: "Whole steps, Sarathi-Serve",
  goals: { iteration_time: { mdape: 0.12, p90ape: 0.35 } },
  columns: [
    ...["model", "gpu", "tp", "case", "prefill_tokens", "decode_tokens"],
    ...["batch", "chunk_size", "context_tokens", "time_ms"],
  ],
  comparer: () => {
    const steps = new EagerSteps(EAGER_VLLM);
    return (row) => {
      const [device, model, tp] = [row.text("gpu"), row.text("model"), row.positive("tp")];
      const tokens = row.number("prefill_tokens");
      const isWarmUp = row.text("case") === WARM_UP.case && tokens === WARM_UP.tokens;
      const sizes = ["batch", "prefill_tokens", "decode_tokens", "chunk_size", "context_tokens"];
      return [
        {
          ...{ device, preset: steps.systems.device(device).name, model },
          operator: row.text("case"),
          shape: sizes.map((size) => `${size}=${row.text(size)}`).join(" "),
          metric: "iteration_time",
          measured: row.positive("time_ms") / 1e3,
          predicted: batchesOf(row)
            .map((batch) => steps.seconds(device, model, tp, batch))
            .reduce((sum, seconds) => sum + seconds),
          target: !isWarmUp,
        },
      ];
    };
  },
};

/** The steps that a row measures. */
function batchesOf(row: MeasuredRow): StepBatch[] {
  const kind = row.text("case");
  switch (kind) {
    case "prefill_only":
      return [prefillBatch(row.positive("batch"), row.positive("prefill_tokens"))];
    case "decode_only":
      return [decodeBatch(row.positive("decode_tokens"), row.positive("context_tokens"))];
    case "mixed_batch":
      return [
        {
          ...prefillBatch(1, row.positive("prefill_tokens")),
          ...{ decodeSequences: row.positive("decode_tokens") },
          decodeContextTokens: row.positive("context_tokens"),
        },
      ];
    case "chunked_prefill_total":
      return chunks(row.positive("prefill_tokens"), row.positive("chunk_size"));
    default:
      throw new Unmodelled(row.text("gpu"), row.text("model"), `steps of the kind ${kind}`);
  }
}

/** A prompt in chunks, one a step. */
function chunks(promptTokens: number, chunkTokens: number): StepBatch[] {
  return Array.from({ length: Math.ceil(promptTokens / chunkTokens) }, (_, i) => {
    const contextTokens = i * chunkTokens;
    return { prompts: 1, newTokens: Math.min(chunkTokens, promptTokens - contextTokens), contextTokens };
  });
}
