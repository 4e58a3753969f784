import { underSustainedLoad, withoutGraphGaps } from "../../../hardware/conditions.ts";
import type { GpuDevice } from "../../../hardware/device.ts";
import { BF16 } from "../../../models/precision.ts";
import type { Elementwise } from "../../../perf/operators.ts";
import { Unmodelled, type Dataset } from "../dataset.ts";
import type { MeasuredRow } from "../measured-rows.ts";
import { elementwiseOf, productSeconds, secondsAlone } from "../operator-seconds.ts";
import { MeasuredSystems } from "../systems.ts";

/** The profiled elementwise kernels by the name that the step gives their operator. */
const OPERATORS: Readonly<Record<string, string>> = {
  attn_rope: "rope",
  mlp_act: "mlp_activation",
};

const NORM_FLOPS = 5;

/** Bytes read and written in a cycle of one multiprocessor by PyTorch's gather, which copies element by element. */
const GATHER_BYTES_PER_CYCLE = 2.2;

/**
 * Up to so many rows PyTorch takes a kernel that loops over them (indexSelectSmallIndex in
 * pytorch/pytorch:aten/src/ATen/native/cuda/Indexing.cu); each waits for its index and its row (fitted).
 */
const MOST_SERIAL_ROWS = 16;
const SERIAL_ROW_SECONDS = 0.7e-6;

/** Share of the memory peak that PyTorch's addition reaches at least; products and attention reach less on some GPUs. */
const ADDITION_EFFICIENCY = 0.85;

/**
 * Kernels of linear and elementwise layers, one GPU standing for one of `tp` (microsoft/vidur): times from the profiler
 * without launch gaps, after long runs at sustained clocks. Norm and residual addition are two kernels.
 */
export const vidurLinearOps: Dataset = {
  name: "op-vidur-linear-ops",
  title: "Linear and elementwise layers",
  goals: { kernel_time: { mdape: 0.08, p90ape: 0.25 } },
  columns: ["gpu", "model", "tp", "op", "kind", "num_tokens", "m", "n", "k", "time_us"],
  comparer: () => {
    const systems = new MeasuredSystems({ adapt: (device) => underSustainedLoad(withoutGraphGaps(device)) });
    // PyTorch's own addition streams through memory; it is the norms and activations of 2023 that do not.
    const streaming = new MeasuredSystems({
      adapt: (device) =>
        withoutGraphGaps({
          ...device,
          memory: { ...device.memory, efficiency: Math.max(ADDITION_EFFICIENCY, device.memory.efficiency) },
        }),
    });
    return (row) => {
      const [device, model] = [row.text("gpu"), row.text("model")];
      const machine = systems.machine(device);
      const tokens = row.positive("num_tokens");
      const op = row.text("op");
      const isProduct = row.text("kind") === "gemm";
      const predicted = isProduct
        ? productSeconds(machine, BF16, row.positive("m"), row.positive("n"), row.positive("k"))
        : elementwiseSeconds(systems, streaming, row, tokens);
      return [
        {
          ...{ device, preset: systems.device(device).name, model, operator: op, predicted },
          shape: isProduct
            ? `m=${row.text("m")} n=${row.text("n")} k=${row.text("k")}`
            : `tokens=${tokens} tp=${row.text("tp")}`,
          metric: "kernel_time",
          measured: row.positive("time_us") / 1e6,
          target: true,
        },
      ];
    };
  },
};

function elementwiseSeconds(
  systems: MeasuredSystems,
  streaming: MeasuredSystems,
  row: MeasuredRow,
  tokens: number,
): number {
  const [device, model, op] = [row.text("gpu"), row.text("model"), row.text("op")];
  const hidden = systems.model(device, model).hiddenSize;
  if (op === "add")
    return secondsAlone(streaming.machine(device), elementwiseOf(op, 1, 1, 3), tokens * hidden);
  if (op === "emb") {
    return gatherSeconds(systems.device(device), tokens, 2 * hidden * BF16.activationBytes);
  }
  return secondsAlone(systems.machine(device), elementwiseOperator(systems, row, hidden), tokens);
}

/** Norms stand without the residual addition, which is a kernel of its own, and read their input twice. */
function elementwiseOperator(systems: MeasuredSystems, row: MeasuredRow, hidden: number): Elementwise {
  const [device, model, op] = [row.text("gpu"), row.text("model"), row.text("op")];
  if (op.endsWith("_layernorm")) return elementwiseOf(op, hidden, NORM_FLOPS, 3);
  const name = OPERATORS[op];
  if (name === undefined) throw new Unmodelled(device, model, `operator ${op}`);
  return systems.elementwise(device, model, row.positive("tp"), name);
}

/** Few rows are gathered one after the other by every thread, more of them side by side. */
function gatherSeconds(
  { multiprocessors, clockHertz, overheads }: GpuDevice,
  rows: number,
  bytesPerRow: number,
): number {
  const bytesPerSecond = GATHER_BYTES_PER_CYCLE * multiprocessors * clockHertz;
  const oneByOne = rows <= MOST_SERIAL_ROWS ? rows * SERIAL_ROW_SECONDS : 0;
  return overheads.launchSeconds + Math.max(oneByOne, (rows * bytesPerRow) / bytesPerSecond);
}
