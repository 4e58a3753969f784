import { BF16 } from "../../../models/precision.ts";
import type { Machine } from "../../../perf/machine.ts";
import { Unmodelled, type Dataset } from "../dataset.ts";
import type { MeasuredRow } from "../measured-rows.ts";
import { elementwiseOf, productSeconds, secondsAlone } from "../operator-seconds.ts";
import { MeasuredSystems } from "../systems.ts";

/** Start, run and synchronise from Python: 20-30 µs, as its authors measured with empty kernels. */
export const HOST_TIMED_LAUNCH_SECONDS = 25e-6;

/** Vector operations per element. */
const FLOPS: Readonly<Record<string, number>> = { softmax: 5, layernorm: 8, gelu: 10 };

/** Elements that one thread block of an elementwise kernel takes. */
const BLOCK_ELEMENTS = 1024;

/** Single PyTorch operators timed from the host, launch included (PrincetonUniversity/LLMCompass). */
export const llmCompassOps: Dataset = {
  name: "op-llmcompass",
  title: "Operators timed from the host",
  goals: {},
  columns: ["gpu", "op", "m", "n", "k", "elements", "time_us"],
  comparer: () => {
    const systems = new MeasuredSystems();
    return (row) => {
      const [device, op] = [row.text("gpu"), row.text("op")];
      const sizes = ["m", "n", "k", "elements"].filter((size) => row.text(size) !== "");
      return [
        {
          ...{ device, preset: systems.device(device).name, model: "", operator: op },
          shape: sizes.map((size) => `${size}=${row.text(size)}`).join(" "),
          metric: "kernel_time",
          measured: row.positive("time_us") / 1e6,
          predicted: HOST_TIMED_LAUNCH_SECONDS + kernelSeconds(systems.machine(device), row),
          target: false,
        },
      ];
    };
  },
};

function kernelSeconds(machine: Machine, row: MeasuredRow): number {
  const op = row.text("op");
  if (op === "matmul") {
    return productSeconds(machine, BF16, row.positive("m"), row.positive("n"), row.positive("k"));
  }
  const flops = FLOPS[op];
  if (flops === undefined) throw new Unmodelled(row.text("gpu"), "", `operator ${op}`);
  // GELU works on a flat list, which the thread blocks share in pieces.
  const rows = op === "gelu" ? Math.ceil(row.positive("elements") / BLOCK_ELEMENTS) : row.positive("m");
  const elements = op === "gelu" ? BLOCK_ELEMENTS : row.positive("n");
  return secondsAlone(machine, elementwiseOf(op, elements, flops, 2), rows);
}
