import { InputError } from "../../core/errors.ts";
import type { DenseMlp, MoeMlp } from "../llm-model.ts";
import type { ConfigReader } from "./config-reader.ts";

/** A gated MLP without biases. */
export function gatedMlp(config: ConfigReader): DenseMlp {
  return { kind: "dense", intermediateSize: config.count("intermediate_size"), gated: true, bias: false };
}

/**
 * The gated MLP of an architecture without experts.
 * @throws InputError when the config has experts all the same
 */
export function onlyMlp(config: ConfigReader): DenseMlp {
  for (const key of ["num_local_experts", "num_experts", "n_routed_experts"]) {
    const found = config.countOrZero(key);
    if (found > 1) {
      throw new InputError({ key, message: "experts in an architecture that has none:", found });
    }
  }
  return gatedMlp(config);
}

/** Mixtral: experts as wide as `intermediate_size`. */
export function mixtralExperts(config: ConfigReader): MoeMlp {
  return experts(config, "num_local_experts", "intermediate_size", {});
}

/** gpt-oss: biases in experts and router. */
export function gptOssExperts(config: ConfigReader): MoeMlp {
  return experts(config, "num_local_experts", "intermediate_size", { bias: true, routerBias: true });
}

/** MiniMax-M2: routing scores have a bias when `use_routing_bias` says so. */
export function minimaxExperts(config: ConfigReader): MoeMlp {
  const routerBias = config.optionalBoolean("use_routing_bias") ?? true;
  return experts(config, "num_local_experts", "intermediate_size", { routerBias });
}

/**
 * Qwen: experts in every `decoder_sparse_step`-th layer that `mlp_only_layers` does not name, with a gated shared expert
 * when `shared_expert_intermediate_size` is given.
 */
export function qwenExperts(config: ConfigReader, layer: number): DenseMlp | MoeMlp {
  const isLayer = (value: unknown): value is number => Number.isInteger(value);
  const plain = config.optionalList("mlp_only_layers", isLayer, "a list of layers, from 0") ?? [];
  const step = config.optionalCount("decoder_sparse_step") ?? 1;
  if (plain.includes(layer) || (layer + 1) % step !== 0) return gatedMlp(config);
  const sharedIntermediateSize = config.countOrZero("shared_expert_intermediate_size");
  return experts(config, "num_experts", "moe_intermediate_size", {
    sharedIntermediateSize,
    sharedGate: sharedIntermediateSize > 0,
  });
}

/**
 * DeepSeek: experts from layer `first_k_dense_replace` on in every `moe_layer_freq`-th layer, `n_shared_experts` of the
 * same width beside them; routing scores with a bias since V3.
 */
export function deepseekExperts(routerBias: boolean) {
  return (config: ConfigReader, layer: number): DenseMlp | MoeMlp => {
    const frequency = config.optionalCount("moe_layer_freq") ?? 1;
    if (layer < config.countOrZero("first_k_dense_replace") || layer % frequency !== 0) {
      return gatedMlp(config);
    }
    const shared = config.countOrZero("n_shared_experts");
    return experts(config, "n_routed_experts", "moe_intermediate_size", {
      sharedIntermediateSize: shared * config.count("moe_intermediate_size"),
      routerBias,
    });
  };
}

function experts(config: ConfigReader, countKey: string, widthKey: string, more: Partial<MoeMlp>): MoeMlp {
  const count = config.count(countKey);
  const expertsPerToken = config.count("num_experts_per_tok");
  if (expertsPerToken > count) {
    throw new InputError({
      key: "num_experts_per_tok",
      message: "invalid value",
      found: expertsPerToken,
      expected: `at most the ${count} experts`,
    });
  }
  return {
    kind: "moe",
    experts: count,
    expertsPerToken,
    expertIntermediateSize: config.count(widthKey),
    ...{ sharedIntermediateSize: 0, sharedGate: false, gated: true, bias: false, routerBias: false },
    ...more,
  };
}
