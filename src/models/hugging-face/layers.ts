import { InputError } from "../../core/errors.ts";
import type { LayerGroup, LinearAttention, Mlp } from "../llm-model.ts";
import type { ConfigReader } from "./config-reader.ts";

/** Kinds of token mixers as `layer_types` names them. */
const LAYER_TYPES = ["full_attention", "sliding_attention", "linear_attention"] as const;
export type LayerType = (typeof LAYER_TYPES)[number];

/** What the layers of a family may differ in, by their index from 0. */
export interface LayerKinds {
  /** Kind of a layer when the config has no `layer_types`; full attention unless given. */
  readonly typeOf?: (config: ConfigReader, layer: number) => LayerType;
  readonly mlpOf: (config: ConfigReader, layer: number) => Mlp;
  readonly mixer?: (config: ConfigReader) => LinearAttention;
}

/** The layers of a model in groups of one kind, in the order of their first layer. */
export function readLayers(config: ConfigReader, count: number, kinds: LayerKinds): LayerGroup[] {
  const types = layerTypes(config, count);
  const groups = new Map<string, LayerGroup>();
  for (let layer = 0; layer < count; layer++) {
    const type = types?.[layer] ?? kinds.typeOf?.(config, layer) ?? "full_attention";
    const mlp = kinds.mlpOf(config, layer);
    const key = `${type} ${mlp.kind}`;
    const group = groups.get(key) ?? { layers: 0, ...mixerOf(config, type, kinds), mlp };
    groups.set(key, { ...group, layers: group.layers + 1 });
  }
  return [...groups.values()];
}

/** Every layer has the window, when the config has one. */
export function slidingEverywhere(config: ConfigReader): LayerType {
  return hasWindow(config) ? "sliding_attention" : "full_attention";
}

/** Qwen windows the layers from `max_window_layers` on, and only when `use_sliding_window` says so. */
export function slidingFromLayer(config: ConfigReader, layer: number): LayerType {
  if (config.optionalBoolean("use_sliding_window") !== true) return "full_attention";
  return layer >= config.countOrZero("max_window_layers") ? slidingEverywhere(config) : "full_attention";
}

/** All layers but every `period`-th (or `sliding_window_pattern`-th) have the window. */
export function slidingButEvery(period: number): NonNullable<LayerKinds["typeOf"]> {
  return (config, layer) => {
    const every = config.optionalCount("sliding_window_pattern") ?? period;
    return (layer + 1) % every === 0 ? "full_attention" : slidingEverywhere(config);
  };
}

/** All layers but every `full_attention_interval`-th are linear. */
export function linearButInterval(config: ConfigReader, layer: number): LayerType {
  const interval = config.optionalCount("full_attention_interval") ?? 4;
  return (layer + 1) % interval === 0 ? "full_attention" : "linear_attention";
}

/** Gated delta net by the keys of Qwen3-Next. */
export function gatedDeltaNet(config: ConfigReader): LinearAttention {
  return {
    kind: "linear",
    keyHeads: config.count("linear_num_key_heads"),
    keyHeadSize: config.count("linear_key_head_dim"),
    valueHeads: config.count("linear_num_value_heads"),
    valueHeadSize: config.count("linear_value_head_dim"),
    convTokens: config.count("linear_conv_kernel_dim"),
  };
}

/** A window as long as the context never cuts anything. */
function hasWindow(config: ConfigReader): boolean {
  const tokens = config.optionalCount("sliding_window");
  return tokens !== undefined && tokens < config.count("max_position_embeddings");
}

function mixerOf(
  config: ConfigReader,
  type: LayerType,
  kinds: LayerKinds,
): Pick<LayerGroup, "windowTokens" | "mixer"> {
  if (type === "full_attention") return { windowTokens: null };
  if (type === "sliding_attention") return { windowTokens: config.count("sliding_window") };
  if (kinds.mixer !== undefined) return { windowTokens: null, mixer: kinds.mixer(config) };
  throw new InputError({
    key: "layer_types",
    message: "linear attention in an architecture that has none:",
    found: type,
  });
}

function layerTypes(config: ConfigReader, count: number): LayerType[] | undefined {
  const types = config.optionalList("layer_types", isLayerType, `one of ${LAYER_TYPES.join(", ")}`);
  if (types === undefined || types.length === count) return types;
  throw new InputError({
    key: "layer_types",
    message: "wrong number of layers:",
    found: types.length,
    expected: `num_hidden_layers, which is ${count}`,
  });
}

function isLayerType(value: unknown): value is LayerType {
  return LAYER_TYPES.some((type) => type === value);
}
