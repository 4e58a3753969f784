import type { Parallelism } from "../models/parallelism.ts";
import { needsDequantisation, type Precision } from "../models/precision.ts";
import type { Collective, Elementwise, MatrixProduct } from "./operators.ts";

/** Vector operations to find the scale of 8- or 4-bit activations and convert them, per element. */
const QUANTISE_FLOPS = 3;

/** Bytes of one element of a wider format that activations are converted from. */
const WIDE_BYTES = 2;

/** What every maker of operators needs to know of the replica. */
export interface OperatorContext {
  readonly hiddenSize: number;
  readonly parallelism: Parallelism;
  readonly precision: Precision;
  /** How the devices of a layer put their parts together. */
  readonly tensorParallelStyle: TensorParallelStyle;
}

/**
 * `all-reduce`: columns of the first product of a pair and rows of the second are cut, and partial sums are reduced
 * (Megatron-LM). `all-gather`: columns of every product are cut and its outputs gathered, which needs no sums and can
 * follow the product tile by tile (as the LPU of the ADOR authors does, arXiv 2408.07326).
 */
export const TENSOR_PARALLEL_STYLES = ["all-reduce", "all-gather"] as const;
export type TensorParallelStyle = (typeof TENSOR_PARALLEL_STYLES)[number];

/** A product whose weights are in the weight format. */
export function weightProduct(
  { precision }: OperatorContext,
  name: string,
  count: number,
  inputs: number,
  outputs: number,
): MatrixProduct {
  const { weightBytes, activationBytes, weights, activations } = precision;
  const dequantised = needsDequantisation(weights, activations);
  return { kind: "product", name, count, inputs, outputs, weightBytes, activationBytes, dequantised };
}

/** A product whose weights quantised checkpoints leave at 16 bits or more. */
export function wideProduct(
  name: string,
  count: number,
  inputs: number,
  outputs: number,
  weightBytes: number,
): MatrixProduct {
  const activationBytes = WIDE_BYTES;
  return { kind: "product", name, count, inputs, outputs, weightBytes, activationBytes, dequantised: false };
}

/** Conversion of `elements` activations to the operands of the product that follows; nothing at 16 bits and more. */
export function quantisation(
  { precision }: OperatorContext,
  name: string,
  count: number,
  elements: number,
): Elementwise[] {
  const { activationBytes } = precision;
  if (activationBytes >= WIDE_BYTES) return [];
  return [
    {
      ...{ kind: "elementwise", name: `${name}_quantise`, count, fusable: true, dramBytesPerRow: 0 },
      flopsPerRow: elements * QUANTISE_FLOPS,
      bytesPerRow: elements * (WIDE_BYTES + activationBytes),
      blockBytesPerRow: elements * (WIDE_BYTES + activationBytes),
    },
  ];
}

/**
 * @param elements of a row
 * @param flops vector operations for each
 * @param moved how often each is read or written
 */
export function elementwise(
  { precision }: OperatorContext,
  name: string,
  count: number,
  elements: number,
  flops: number,
  moved: number,
  more: Partial<Elementwise> = {},
): Elementwise {
  const bytesPerRow = elements * moved * Math.max(WIDE_BYTES, precision.activationBytes);
  const flopsPerRow = elements * flops;
  return {
    ...{ kind: "elementwise", name, count, flopsPerRow, bytesPerRow, blockBytesPerRow: bytesPerRow },
    ...{ dramBytesPerRow: 0, fusable: true, ...more },
  };
}

/** Partial sums or parts of rows of `width` elements are put together over `devices`; nothing on one device. */
export function exchange(
  { precision }: OperatorContext,
  kind: Collective["kind"],
  name: string,
  count: number,
  devices: number,
  width: number,
): Collective[] {
  if (devices === 1) return [];
  const bytesPerRow = width * Math.max(WIDE_BYTES, precision.activationBytes);
  return [{ kind, name, count, devices, bytesPerRow }];
}
