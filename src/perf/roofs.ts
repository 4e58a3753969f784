import type { Device } from "../hardware/device.ts";
import type { Precision } from "../models/precision.ts";
import { machineOf } from "./compile.ts";

/** Ceilings of one device under which all of its operators stay. */
export interface DeviceRoofs {
  /** Peak of the off-chip memory, and what long streams reach of it. */
  readonly peakBytesPerSecond: number;
  readonly streamBytesPerSecond: number;
  /** FLOPs per second of the units, the highest first; on an HDA arrays and trees together come before each of them. */
  readonly compute: readonly { readonly unit: string; readonly flopsPerSecond: number }[];
}

/** The ceilings for operands of a precision. */
export function deviceRoofs(device: Device, precision: Precision): DeviceRoofs {
  const { peakBytesPerSecond, streamBytesPerSecond, peakFlopsPerSecond } = machineOf(device, 1, precision);
  const compute = [
    ...matrixUnits(device, peakFlopsPerSecond),
    { unit: "vector units", flopsPerSecond: vectorFlopsPerSecond(device) },
  ];
  return {
    peakBytesPerSecond,
    streamBytesPerSecond,
    compute: compute
      .filter(({ flopsPerSecond }) => flopsPerSecond > 0)
      .sort((a, b) => b.flopsPerSecond - a.flopsPerSecond),
  };
}

function matrixUnits(device: Device, peakFlopsPerSecond: number): DeviceRoofs["compute"][number][] {
  if (device.kind === "gpu") return [{ unit: "tensor cores", flopsPerSecond: peakFlopsPerSecond }];
  const { treesPerCore, width, reuse } = device.macTree;
  const trees = 2 * device.clockHertz * device.cores * treesPerCore * width * reuse;
  const arrays = { unit: "systolic arrays", flopsPerSecond: peakFlopsPerSecond - trees };
  if (trees === 0) return [arrays];
  return [
    { unit: "arrays and trees", flopsPerSecond: peakFlopsPerSecond },
    ...[arrays, { unit: "MAC trees", flopsPerSecond: trees }],
  ];
}

function vectorFlopsPerSecond(device: Device): number {
  if (device.kind === "gpu") return device.vectorFlopsPerSecond;
  return device.cores * device.vector.lanesPerCore * device.clockHertz;
}
