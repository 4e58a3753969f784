import type { HdaDevice } from "../../hardware/device.ts";
import type { MatrixProduct } from "../operators.ts";

/**
 * Bytes of activations and weights that the chip holds at once: half of all SRAM, the other half being filled for what
 * comes next (double buffering).
 */
export function residentBytes(device: HdaDevice): number {
  return (device.globalSramBytes + device.cores * device.localSramBytesPerCore) / 2;
}

/**
 * Off-chip bytes of a product. Activations stay on chip while they fit; else the cheaper of re-reading the weights for
 * every resident block of activations, and the activations for every resident block of weights.
 */
export function productDramBytes(operator: MatrixProduct, rows: number, resident: number): number {
  const weights = operator.inputs * operator.outputs * operator.weightBytes;
  const inputs = rows * operator.inputs * operator.activationBytes;
  const outputs = rows * operator.outputs * operator.activationBytes;
  const spilledOutputs = Math.max(0, outputs - resident);
  if (inputs <= resident) return weights + spilledOutputs;
  const weightsAgain = weights * Math.ceil(inputs / resident) + inputs;
  const inputsAgain = weights + inputs * Math.ceil(weights / resident);
  return Math.min(weightsAgain, inputsAgain) + spilledOutputs;
}

/**
 * Bytes that cross the network on chip: weights once (each array needs its own), outputs once, and the activations by
 * broadcast, once if a core can keep them all, else once for every set of columns that the arrays hold together.
 * That trees could take weights from the memory channel beside them, past the network, is not credited.
 */
export function productNocBytes(device: HdaDevice, operator: MatrixProduct, rows: number): number {
  const { cores, systolicArray: array, macTree: tree } = device;
  const inputs = rows * operator.inputs * operator.activationBytes;
  const columns = cores * Math.max(array.perCore * array.columns, tree.treesPerCore);
  const passes = inputs <= device.localSramBytesPerCore / 2 ? 1 : Math.ceil(operator.outputs / columns);
  const weights = operator.inputs * operator.outputs * operator.weightBytes;
  return weights + inputs * passes + rows * operator.outputs * operator.activationBytes;
}
