import type { HdaDevice } from "../../hardware/device.ts";
import { copyTile, HELD, tileHolding, type Grain, type Operands, type Tile } from "./tiling.ts";

/**
 * Bytes of activations and weights that the chip holds at once: half of all SRAM, the other half being filled for what
 * comes next (double buffering).
 */
export function residentBytes(device: HdaDevice): number {
  return (device.globalSramBytes + device.cores * device.localSramBytesPerCore) / 2;
}

/**
 * Chooses what the chip holds of a product at a time and answers its off-chip bytes. Activations that fit stay on chip
 * from the operator before and for the one after; else inputs and weights are read as often as the tile demands, and
 * what does not fit of the outputs is written.
 * @param scratch overwritten
 */
export function chooseChipTile(
  operands: Operands,
  resident: number,
  grain: Grain,
  scratch: Tile,
  into: Tile,
): number {
  const { m, k, n, inputBytes, weightBytes } = operands;
  const inputs = m * k * inputBytes;
  const weights = k * n * weightBytes;
  const spilledOutputs = Math.max(0, m * n * inputBytes - resident);
  if (inputs <= resident) {
    into.m = m;
    into.k = k;
    into.n = Math.min(n, grain.n);
    into.inputPasses = 1;
    into.weightPasses = 1;
    return weights + spilledOutputs;
  }
  let least = Infinity;
  for (const held of HELD) {
    if (!tileHolding(held, operands, resident, grain, scratch)) continue;
    const bytes = inputs * scratch.inputPasses + weights * scratch.weightPasses;
    if (bytes >= least) continue;
    least = bytes;
    copyTile(scratch, into);
  }
  return least + spilledOutputs;
}
