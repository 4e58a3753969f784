import { InputError } from "../core/errors.ts";
import { DENSE_MODELS } from "./dense-models.ts";
import type { LlmModel } from "./llm-model.ts";
import { EXPERT_MODELS } from "./expert-models.ts";

const KNOWN = [...DENSE_MODELS, ...EXPERT_MODELS];

/** Every model that is known by name, in the order of `ador list models`. */
export const MODELS: readonly LlmModel[] = KNOWN.map(({ model }) => model);

const MODEL_BY_KEY = new Map<string, LlmModel>(
  KNOWN.flatMap(({ model, ids }) => [model.name, ...ids].map((name) => [baseKey(name), model] as const)),
);

/**
 * The model of a name such as `llama-3.1-8b` or a Hugging Face id such as `meta-llama/Llama-3.1-8B`, ignoring case; a
 * tuned or converted checkpoint (`-Instruct`, `-Chat`, `-it`, `-FP8`), whoever published it, has the shape of its base.
 * @throws InputError with the nearest name
 */
export function findModel(name: string): LlmModel {
  const model = MODEL_BY_KEY.get(baseKey(name));
  if (model !== undefined) return model;
  throw new InputError({
    message: "unknown model",
    found: name,
    accepted: MODELS.map((known) => known.name),
  });
}

/** Lower case, without the organisation and the suffixes that tell a tuned or converted checkpoint from its base. */
function baseKey(name: string): string {
  return name
    .toLowerCase()
    .replace(/^[^/]*\//, "")
    .replace(/(?:-(?:base|instruct|chat|thinking|it|pt|hf|fp8|nvfp4|awq|gptq))+$/, "");
}
