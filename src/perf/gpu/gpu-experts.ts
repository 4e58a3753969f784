import type { GpuDevice } from "../../hardware/device.ts";
import { expertLoad } from "../expert-load.ts";
import { expertElements, type Experts } from "../operators.ts";
import { overlapped } from "./overlap.ts";

/** What the experts of a layer do in one step. */
export interface ExpertsWork {
  readonly seconds: number;
  /** Arithmetic at the rate that grouped products reach, padding left out. */
  readonly tensorSeconds: number;
  readonly flops: number;
  readonly bytes: number;
}

/**
 * A fused layer of experts on a GPU: tokens are sorted by expert, two grouped products run with the activation between
 * them, and the results are weighted and summed. Grouped products read the weights of every expert that has tokens once and
 * pad its rows to whole tiles; rows are gathered, written and read again between the kernels. In products of fewer bits
 * the arithmetic is faster by `speedup`.
 * Source: structure of vLLM's fused_moe; constants in the device.
 */
export function gpuExperts(
  { kernels, memory, ...device }: GpuDevice,
  operator: Experts,
  tokens: number,
  speedup: number,
): ExpertsWork {
  const elements = expertElements(operator);
  let active = 0;
  let rows = 0;
  for (const { experts, tokens: each } of expertLoad(operator, tokens).classes) {
    active += experts;
    rows += experts * each;
  }
  const padded = rows + (active * kernels.expertPaddingRows) / 2;
  const flopsPerSecond = device.tensorFlopsPerSecond * speedup * kernels.expertEfficiency;
  const bytesPerSecond = Math.min(memory.bytesPerSecond * memory.efficiency, device.l2BytesPerSecond);
  const bytes = active * elements * operator.weightBytes;
  const rowBytes = rows * (operator.hiddenSize + operator.intermediateSize) * operator.activationBytes;
  const rowSeconds = (kernels.expertRowTraffic * rowBytes) / bytesPerSecond;
  const { l2BytesPerSecond } = device;
  const weightSeconds =
    bytes / Math.min(memory.bytesPerSecond * kernels.expertMemoryEfficiency, l2BytesPerSecond);
  const products = overlapped((2 * padded * elements) / flopsPerSecond, weightSeconds);
  return {
    seconds: kernels.expertSeconds + products + rowSeconds,
    tensorSeconds: (2 * rows * elements) / flopsPerSecond,
    flops: 2 * rows * elements,
    bytes: bytes + rowBytes,
  };
}
