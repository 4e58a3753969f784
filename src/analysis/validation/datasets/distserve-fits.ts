import { Unmodelled, type Dataset } from "../dataset.ts";
import type { MeasuredRow } from "../measured-rows.ts";
import { EagerSteps } from "../eager-steps.ts";
import { EAGER_VLLM } from "../engines.ts";
import { decodeBatch, prefillBatch } from "../step-seconds.ts";

const PROMPT_TOKENS = [256, 512, 1024, 2048];
/** Sequences of a decode step where each of the two fits holds. */
const BATCHES: Readonly<Record<string, readonly number[]>> = {
  decode_small_batch: [1, 16, 64],
  decode_large_batch: [128, 192],
};
const CONTEXT_TOKENS = 512;

/** Step times by the curves that LLMServe/DistServe fitted to its profiles of OPT on A100: a check of the trend. */
export const distServeFits: Dataset = {
  name: "iteration-distserve-fits",
  title: "Whole steps, DistServe's fits",
  goals: {},
  columns: ["engine", "gpu", "model", "tp", "phase", "intercept_ms", "per_token_ms", "third_coeff_ms"],
  comparer: () => {
    const steps = new EagerSteps(EAGER_VLLM);
    return (row) => {
      const [device, model, tp] = [row.text("gpu"), row.text("model"), row.positive("tp")];
      const phase = row.text("phase");
      const common = {
        ...{ device, preset: steps.systems.device(device).name, model },
        ...({ operator: `${phase}_step`, metric: "iteration_time", target: false } as const),
      };
      if (phase === "prefill") {
        return PROMPT_TOKENS.map((tokens) => ({
          ...{ ...common, shape: `tp=${tp} prompt=${tokens}` },
          measured: fittedSeconds(row, tokens, tokens ** 2),
          predicted: steps.seconds(device, model, tp, prefillBatch(1, tokens)),
        }));
      }
      const batches = BATCHES[phase];
      if (batches === undefined) throw new Unmodelled(device, model, `phase ${phase}`);
      return batches.map((batch) => ({
        ...{ ...common, shape: `tp=${tp} batch=${batch} context=${CONTEXT_TOKENS}` },
        measured: fittedSeconds(row, batch * CONTEXT_TOKENS, batch),
        predicted: steps.seconds(device, model, tp, decodeBatch(batch, CONTEXT_TOKENS)),
      }));
    };
  },
};

function fittedSeconds(row: MeasuredRow, tokens: number, third: number): number {
  const milliseconds =
    row.number("intercept_ms") + row.number("per_token_ms") * tokens + row.number("third_coeff_ms") * third;
  return milliseconds / 1e3;
}
