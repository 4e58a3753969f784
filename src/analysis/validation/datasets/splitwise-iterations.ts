import type { Dataset } from "../dataset.ts";
import { EagerSteps } from "../eager-steps.ts";
import { EAGER_VLLM } from "../engines.ts";
import { decodeBatch, prefillBatch } from "../step-seconds.ts";

/** Whole steps of an engine of 2023 on DGX nodes (Mutinifni/splitwise-sim): all prompts at once, then the mean of the decode steps. */
export const splitwiseIterations: Dataset = {
  name: "iteration-splitwise",
  title: "Whole steps, Splitwise",
  goals: { iteration_time: { mdape: 0.12, p90ape: 0.35 } },
  columns: [
    ...["model", "gpu", "tp", "prompt_tokens", "batch", "output_tokens"],
    ...["prefill_ms", "decode_ms_per_token", "suspect"],
  ],
  comparer: () => {
    const steps = new EagerSteps(EAGER_VLLM);
    return (row) => {
      const [device, model] = [row.text("gpu"), row.text("model")];
      const [tp, batch] = [row.positive("tp"), row.positive("batch")];
      const [prompt, output] = [row.positive("prompt_tokens"), row.positive("output_tokens")];
      const common = {
        ...{ device, preset: steps.systems.device(device).name, model },
        metric: "iteration_time",
        target: row.text("suspect") !== "1",
      } as const;
      return [
        {
          ...{ ...common, operator: "prefill_step", shape: `tp=${tp} batch=${batch} prompt=${prompt}` },
          measured: row.positive("prefill_ms") / 1e3,
          predicted: steps.seconds(device, model, tp, prefillBatch(batch, prompt)),
        },
        {
          ...{ ...common, operator: "decode_step" },
          shape: `tp=${tp} batch=${batch} prompt=${prompt} output=${output}`,
          measured: row.positive("decode_ms_per_token") / 1e3,
          predicted: steps.seconds(device, model, tp, decodeBatch(batch, prompt + output / 2)),
        },
      ];
    };
  },
};
