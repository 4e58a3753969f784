import { BF16 } from "../../../models/precision.ts";
import { Unmodelled, type Dataset } from "../dataset.ts";
import type { MeasuredRow } from "../measured-rows.ts";
import { matrixSizes } from "../model-products.ts";
import { productSeconds, secondsAlone } from "../operator-seconds.ts";
import { MeasuredSystems } from "../systems.ts";

/** Profiled elementwise layers by the name that the step gives their operator. */
const OPERATORS: Readonly<Record<string, string>> = {
  embedding: "embedding",
  input_layernorm: "attention_norm",
  layernorm: "attention_norm",
  post_layernorm: "mlp_norm",
  final_layernorm: "final_norm",
  qk_norm: "qk_norm",
  rope: "rope",
  rotary_emb: "rope",
  act_fn: "mlp_activation",
  sampler: "sampling",
};

/** Layers of one shard on one GPU, eager (casys-kaist/LLMServingSim): under vLLM 0.19, or through PyTorch hooks, where norms are several kernels. */
export const servingSimLayers: Dataset = {
  name: "op-llmservingsim-layers",
  title: "Layers on further GPUs",
  goals: {},
  columns: ["gpu", "model", "tp", "layer", "tokens", "time_us", "profiler"],
  comparer: () => {
    const systems = new MeasuredSystems();
    return (row) => {
      const [device, model, layer] = [row.text("gpu"), row.text("model"), row.text("layer")];
      const tokens = row.positive("tokens");
      return [
        {
          ...{ device, preset: systems.device(device).name, model },
          ...{ operator: layer, shape: `tokens=${tokens} tp=${row.text("tp")} (${row.text("profiler")})` },
          metric: "kernel_time",
          measured: row.positive("time_us") / 1e6,
          predicted: layerSeconds(systems, row, tokens),
          target: false,
        },
      ];
    };
  },
};

function layerSeconds(systems: MeasuredSystems, row: MeasuredRow, tokens: number): number {
  const [device, model, layer] = [row.text("gpu"), row.text("model"), row.text("layer")];
  const tp = row.positive("tp");
  const machine = systems.machine(device);
  const matrix = matrixSizes(systems.model(device, model), tp)[layer];
  if (matrix !== undefined) return productSeconds(machine, BF16, tokens, ...matrix);
  const name = OPERATORS[layer];
  if (name === undefined) throw new Unmodelled(device, model, `layer ${layer}`);
  return secondsAlone(machine, systems.elementwise(device, model, tp, name), tokens);
}
