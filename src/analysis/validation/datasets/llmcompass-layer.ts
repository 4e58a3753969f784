import { BF16 } from "../../../models/precision.ts";
import type { Collective } from "../../../perf/operators.ts";
import { Unmodelled, type Dataset } from "../dataset.ts";
import type { MeasuredRow } from "../measured-rows.ts";
import { elementwiseOf, productSeconds, secondsAlone } from "../operator-seconds.ts";
import { MeasuredSystems } from "../systems.ts";
import { HOST_TIMED_LAUNCH_SECONDS } from "./llmcompass-ops.ts";

/** GPT-3 175B over four GPUs. */
const HIDDEN = 12288;
const DEVICES = 4;
const WIDTH = HIDDEN / DEVICES;
const NORM_FLOPS = 8;
const GELU_FLOPS = 10;

/** Weight matrices by component: how many there are, outputs, inputs. */
const PRODUCTS: Readonly<Record<string, readonly [count: number, outputs: number, inputs: number]>> = {
  qkv_proj_total: [3, WIDTH, HIDDEN],
  out_proj: [1, HIDDEN, WIDTH],
  ffn_up: [1, 4 * WIDTH, HIDDEN],
  ffn_down: [1, HIDDEN, 4 * WIDTH],
};

/**
 * One layer of GPT-3 175B on four A100, component by component, timed from the host (PrincetonUniversity/LLMCompass).
 * Attention as three kernels that pass the score matrix through memory is not modelled: engines do not run it so.
 */
export const llmCompassLayer: Dataset = {
  name: "layer-llmcompass-gpt3",
  title: "One layer of GPT-3",
  goals: {},
  columns: ["gpu", "model", "phase", "batch", "input_tokens", "component", "time_us"],
  comparer: () => {
    const systems = new MeasuredSystems();
    return (row) => {
      const [device, phase] = [row.text("gpu"), row.text("phase")];
      const tokens = row.positive("batch") * (phase === "prefill" ? row.positive("input_tokens") : 1);
      return [
        {
          ...{
            device,
            preset: systems.device(device).name,
            model: row.text("model"),
          },
          ...{ operator: `${phase}_${row.text("component")}`, shape: `tokens=${tokens} tp=${DEVICES}` },
          metric: "kernel_time",
          measured: row.positive("time_us") / 1e6,
          predicted: componentSeconds(systems, row, tokens),
          target: false,
        },
      ];
    };
  },
};

function componentSeconds(systems: MeasuredSystems, row: MeasuredRow, tokens: number): number {
  const [device, component] = [row.text("gpu"), row.text("component")];
  const machine = systems.machine(device, DEVICES);
  const product = PRODUCTS[component];
  if (product !== undefined) {
    const [count, outputs, inputs] = product;
    return count * (HOST_TIMED_LAUNCH_SECONDS + productSeconds(machine, BF16, tokens, outputs, inputs));
  }
  if (component.startsWith("layernorm")) {
    return secondsAlone(machine, elementwiseOf(component, HIDDEN, NORM_FLOPS, 2), tokens);
  }
  if (component === "gelu") {
    const gelu = elementwiseOf(component, 4 * WIDTH, GELU_FLOPS, 2);
    return HOST_TIMED_LAUNCH_SECONDS + secondsAlone(machine, gelu, tokens);
  }
  if (component.startsWith("allreduce")) {
    const bytesPerRow = HIDDEN * BF16.activationBytes;
    const allReduce: Collective = {
      kind: "all-reduce",
      name: component,
      count: 1,
      devices: DEVICES,
      bytesPerRow,
    };
    return secondsAlone(machine, allReduce, tokens);
  }
  throw new Unmodelled(device, row.text("model"), `${component} as a kernel of its own`);
}
