import { BF16 } from "../../../models/precision.ts";
import type { ExpertSkew } from "../../../perf/expert-load.ts";
import type { Experts } from "../../../perf/operators.ts";
import { Unmodelled, type Dataset } from "../dataset.ts";
import type { MeasuredRow } from "../measured-rows.ts";
import { secondsAlone } from "../operator-seconds.ts";
import { MeasuredSystems } from "../systems.ts";

/** Fused layers of routed experts under vLLM (aiconfigurator), all of their experts on the device. */
export const moeLayer: Dataset = {
  name: "op-moe-layer",
  title: "Layers of experts",
  goals: { layer_time: { mdape: 0.15, p90ape: 0.4 } },
  columns: [
    ...["gpu", "model_shape", "num_tokens", "hidden", "moe_intermediate", "top_k", "num_experts"],
    ...["tp", "ep", "dtype", "routing", "time_us"],
  ],
  comparer: () => {
    const systems = new MeasuredSystems();
    return (row) => {
      const [device, model] = [row.text("gpu"), row.text("model_shape")];
      const tokens = row.positive("num_tokens");
      const experts = expertsOf(row);
      return [
        {
          ...{ device, preset: systems.device(device).name, model, operator: "experts" },
          shape: `tokens=${tokens} tp=${row.text("tp")} ep=${row.text("ep")} routing=${row.text("routing")}`,
          metric: "layer_time",
          measured: row.positive("time_us") / 1e6,
          predicted: secondsAlone(systems.machine(device), experts, tokens),
          target: true,
        },
      ];
    };
  },
};

function expertsOf(row: MeasuredRow): Experts {
  const [device, model, dtype] = [row.text("gpu"), row.text("model_shape"), row.text("dtype")];
  if (dtype !== "bf16") throw new Unmodelled(device, model, `experts of ${dtype}`);
  const { weightBytes, activationBytes } = BF16;
  return {
    ...{ kind: "experts", name: "experts", count: 1, gated: true, dequantised: false },
    ...{ weightBytes, activationBytes, skew: skewOf(row) },
    hiddenSize: row.positive("hidden"),
    intermediateSize: row.positive("moe_intermediate") / row.positive("tp"),
    experts: row.positive("num_experts"),
    expertsPerToken: row.positive("top_k"),
    expertParallel: row.positive("ep"),
  };
}

/** `balanced`, or `power_law_1.01` with its exponent. */
function skewOf(row: MeasuredRow): ExpertSkew {
  const routing = row.text("routing");
  if (routing === "balanced") return { kind: "balanced" };
  const exponent = Number(/^power_law_([\d.]+)$/.exec(routing)?.[1]);
  if (exponent > 0) return { kind: "power-law", exponent };
  throw new Unmodelled(row.text("gpu"), row.text("model_shape"), `routing ${routing}`);
}
