import { replaying } from "../../../hardware/conditions.ts";
import { BF16, precisionOf, type Precision } from "../../../models/precision.ts";
import { Unmodelled, type Dataset } from "../dataset.ts";
import { machineOf } from "../../../perf/compile.ts";
import { productSeconds } from "../operator-seconds.ts";
import { MeasuredSystems } from "../systems.ts";

const FP8 = precisionOf({ weights: "fp8", kv: "fp8", activations: "fp8" });
const PRECISIONS: Readonly<Record<string, Precision>> = { bf16: BF16, fp16: BF16, fp8: FP8 };

/** The tables come from a harness that goes through several weights in turn, so that only small ones stay in the L2. */
const WEIGHTS_IN_TURN = 4;

/** Shorter products are mostly launch and rounding. */
const LEAST_TARGET_SECONDS = 16e-6;

/** Matrix products of vLLM's linear layers replayed from a CUDA graph, short runs at boost clocks (aiconfigurator). */
export const gemmGrid: Dataset = {
  name: "op-gemm-grid",
  title: "Matrix products",
  goals: { kernel_time: { mdape: 0.05, p90ape: 0.15 } },
  columns: ["gpu", "dtype", "m", "n", "k", "time_us"],
  comparer: () => {
    const systems = new MeasuredSystems();
    return (row) => {
      const device = row.text("gpu");
      const dtype = row.text("dtype");
      const preset = systems.device(device).name;
      const precision = PRECISIONS[dtype];
      if (precision === undefined) throw new Unmodelled(device, "", `products of ${dtype}`);
      const [m, n, k] = [row.positive("m"), row.positive("n"), row.positive("k")];
      const measured = row.positive("time_us") / 1e6;
      return [
        {
          ...{ device, preset, model: "", operator: `gemm_${dtype}`, shape: `m=${m} n=${n} k=${k}` },
          ...{ metric: "kernel_time", measured, target: measured >= LEAST_TARGET_SECONDS },
          predicted: productSeconds(
            machineOf(
              replaying(systems.device(device), WEIGHTS_IN_TURN * n * k * precision.weightBytes),
              1,
              precision,
            ),
            precision,
            ...([m, n, k] as const),
          ),
        },
      ];
    };
  },
};
