import { InputError } from "../core/errors.ts";
import { ConfigReader, type Config } from "./config-reader.ts";
import { FAMILIES, type Family } from "./hugging-face-families.ts";
import type { LayerGroup, LlmModel } from "./llm-model.ts";

/**
 * The model described by a Hugging Face `config.json` (already parsed).
 * @throws InputError with the key, for a missing or invalid value, an unknown architecture, or one with experts or
 * latent attention
 */
export function modelFromHuggingFaceConfig(config: unknown, name: string): LlmModel {
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    throw new InputError({ message: "a model config must be a JSON object, found", found: config });
  }
  const outer = config as Config;
  refuseUnmodelled(outer);
  const architecture = Array.isArray(outer["architectures"])
    ? (outer["architectures"] as unknown[])[0]
    : undefined;
  const family = typeof architecture === "string" ? FAMILIES[architecture] : undefined;
  if (family === undefined) {
    throw new InputError({
      key: "architectures",
      message: architecture === undefined ? "missing architecture" : "unknown architecture",
      found: architecture,
      accepted: Object.keys(FAMILIES),
    });
  }
  const inner = outer["text_config"];
  const reader = new ConfigReader(typeof inner === "object" && inner !== null ? (inner as Config) : outer);
  refuseUnmodelled(reader.config);
  return buildModel(name, family, reader);
}

function buildModel(name: string, family: Family, config: ConfigReader): LlmModel {
  const { layers, attention, intermediateSize, ...rest } = family.read(config);
  const mlp = { kind: "dense", intermediateSize, gated: family.gated, bias: family.biases } as const;
  const windows = family.windows(config, layers);
  const layerGroups: LayerGroup[] = [];
  if (windows !== null && windows.layers > 0) {
    layerGroups.push({ layers: windows.layers, windowTokens: windows.tokens, mlp });
  }
  const full = layers - (windows?.layers ?? 0);
  if (full > 0) layerGroups.push({ layers: full, windowTokens: null, mlp });
  return {
    ...rest,
    name,
    attention,
    layerGroups,
    normsPerLayer: family.normsPerLayer,
    normBias: family.biases,
    tiedEmbeddings: config.optionalBoolean("tie_word_embeddings") ?? family.tiedByDefault,
  };
}

/** Keys by which mixtures of experts and latent attention are told, whatever the architecture is called. */
function refuseUnmodelled(config: Config): void {
  for (const key of ["num_local_experts", "num_experts", "n_routed_experts"]) {
    if (typeof config[key] === "number" && config[key] > 1) {
      throw new InputError({
        key,
        message: "mixtures of experts (MoE) are not modelled: experts",
        found: config[key],
      });
    }
  }
  if (typeof config["kv_lora_rank"] === "number") {
    throw new InputError({
      key: "kv_lora_rank",
      message: "multi-head latent attention (MLA) is not modelled: rank",
      found: config["kv_lora_rank"],
    });
  }
}
