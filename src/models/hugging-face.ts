import { InputError } from "../core/errors.ts";
import { ConfigReader, type Config } from "./hugging-face/config-reader.ts";
import { FAMILIES } from "./hugging-face/families.ts";
import type { LlmModel } from "./llm-model.ts";
import type { Formats } from "./precision.ts";

/**
 * The model described by a Hugging Face `config.json` (already parsed); of a multimodal one its language part.
 * @throws InputError with the key, for a missing or invalid value or an unknown architecture
 */
export function modelFromHuggingFaceConfig(config: unknown, name: string): LlmModel {
  if (!isConfig(config)) {
    throw new InputError({ message: "a model config must be a JSON object, found", found: config });
  }
  const architecture = Array.isArray(config["architectures"])
    ? (config["architectures"] as unknown[])[0]
    : undefined;
  const family =
    typeof architecture === "string" && Object.hasOwn(FAMILIES, architecture)
      ? FAMILIES[architecture]
      : undefined;
  if (family === undefined) {
    throw new InputError({
      key: "architectures",
      message: architecture === undefined ? "missing architecture" : "unknown architecture",
      found: architecture,
      accepted: Object.keys(FAMILIES),
    });
  }
  const language = isConfig(config["text_config"]) ? { ...config, ...config["text_config"] } : config;
  const checkpoint = checkpointFormats(language["quantization_config"]);
  return { ...family(new ConfigReader(language)), name, ...(checkpoint && { checkpoint }) };
}

/** Formats of the quantisation methods whose name says them all. */
const CHECKPOINT_FORMATS: Readonly<Record<string, Partial<Formats>>> = {
  fp8: { weights: "fp8", activations: "fp8" },
  mxfp4: { experts: "mxfp4" },
};

function checkpointFormats(quantization: unknown): Partial<Formats> | undefined {
  if (!isConfig(quantization)) return undefined;
  const method = quantization["quant_method"];
  return typeof method === "string" && Object.hasOwn(CHECKPOINT_FORMATS, method)
    ? CHECKPOINT_FORMATS[method]
    : undefined;
}

function isConfig(value: unknown): value is Config {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
