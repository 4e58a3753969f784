import type { Figures } from "./band.ts";
import type { Device, GpuDevice, HdaDevice, MemorySystem } from "./device.ts";
import { meanHops } from "./noc.ts";
import { nodeScaling } from "./node-scaling.ts";
import { DEFAULT_ENERGY, type EnergyName } from "./power-constants.ts";

/** Dynamic energy of what perf counts; joules. A multiply-add is two FLOPs and one MAC. */
export interface EnergyConstants {
  readonly perArrayFlop: number;
  readonly perTreeFlop: number;
  readonly perVectorFlop: number;
  readonly perDramByte: number;
  /** One byte through the on-chip network over a mean path, and the shared memory behind it. */
  readonly perNocByte: number;
  /** The two parts of it: one access of the shared memory, one hop. */
  readonly perGlobalSramByte: number;
  readonly perNocHopByte: number;
  /** One byte between local SRAM and an arithmetic unit. */
  readonly perLocalByte: number;
  readonly perLinkByte: number;
}

const PICO = 1e-12;

/** A buffer costs no less than a small one: 8 KiB, 0.94 pJ/B (reallm 7nm_default.yaml, by Jouppi et al., ISCA 2021). */
const SMALL_SRAM_JOULES_PER_BYTE = 0.9 * PICO;
/**
 * On-chip movement of a byte on a 7 nm GPU (L2, crossbar, L1, registers, instruction issue), so that Llama-2-70B decoding on
 * two A100s draws the 0.73 of TDP that Mutinifni/splitwise-sim:data/perf_model.csv records at 1.3 TB/s.
 */
const GPU_MOVE_JOULES_PER_BYTE = 150 * PICO;
/** Share of the power above idle that tensor cores draw while a GPU runs large matrix products at its TDP (assumption). */
const GPU_TENSOR_SHARE = 0.85;

/** Joules per byte by kind: pJ/bit of reallm presets (HBM), Micron by way of public models (GDDR), DDR5 DIMM. */
export const DRAM_JOULES_PER_BYTE: Readonly<Record<MemorySystem["kind"], number>> = {
  hbm2: 3.9 * 8 * PICO,
  hbm2e: 3.9 * 8 * PICO,
  hbm3: 3.0 * 8 * PICO,
  hbm3e: 3.0 * 8 * PICO,
  gddr6: 7.5 * 8 * PICO,
  gddr6x: 7.25 * 8 * PICO,
  gddr7: 6.5 * 8 * PICO,
  ddr5: 10 * 8 * PICO,
};

/**
 * Energies of one device, from its process, memories and, for a GPU, from the power it is known to draw.
 * @throws InputError for a process without scaling factors
 */
export function energyConstants(
  device: Device,
  figures: Figures<EnergyName> = DEFAULT_ENERGY,
): EnergyConstants {
  return device.kind === "gpu" ? gpuEnergy(device, figures) : hdaEnergy(device, figures);
}

/** The energies of `devices` devices that do the same work in lockstep: each joule happens on all of them. */
export function replicaEnergy(device: Device, devices: number): EnergyConstants {
  const energy = energyConstants(device);
  return {
    perArrayFlop: energy.perArrayFlop * devices,
    perTreeFlop: energy.perTreeFlop * devices,
    perVectorFlop: energy.perVectorFlop * devices,
    perDramByte: energy.perDramByte * devices,
    perNocByte: energy.perNocByte * devices,
    perGlobalSramByte: energy.perGlobalSramByte * devices,
    perNocHopByte: energy.perNocHopByte * devices,
    perLocalByte: energy.perLocalByte * devices,
    perLinkByte: energy.perLinkByte * devices,
  };
}

/** Bytes that an array moves over its edges per FLOP: one 16-bit operand a row and a column for rows × columns MACs. */
export function localBytesPerArrayFlop(device: HdaDevice): number {
  const { rows, columns } = device.systolicArray;
  return (2 * (rows + columns)) / (2 * rows * columns);
}

function hdaEnergy(device: HdaDevice, figures: Figures<EnergyName>): EnergyConstants {
  const { logicEnergy } = nodeScaling(device.processNanometres);
  // SRAM energy falls about half as fast as that of logic.
  const sramScale = (1 + logicEnergy) / 2;
  const logic = logicEnergy * figures.logicOverhead;
  const sram = (bytes: number) => sramJoulesPerByte(bytes, figures.sramJoulesPerByte) * sramScale;
  const perGlobalSramByte = sram(device.globalSramBytes);
  const perNocHopByte = figures.hopJoulesPerByte * logicEnergy;
  return {
    perArrayFlop: (figures.arrayMacJoules * logic) / 2,
    perTreeFlop: (figures.treeMacJoules * logic) / 2,
    perVectorFlop: figures.vectorOperationJoules * logic,
    perDramByte: DRAM_JOULES_PER_BYTE[device.memory.kind] * figures.dramEnergyFactor,
    perNocByte: perGlobalSramByte + meanHops(device.cores, device.noc.topology) * perNocHopByte,
    perGlobalSramByte,
    perNocHopByte,
    perLocalByte: sram(device.localSramBytesPerCore),
    perLinkByte: figures.linkJoulesPerByte,
  };
}

/** The energy of a tensor FLOP follows from the TDP: that is what a GPU draws while large products run at their best. */
function gpuEnergy(device: GpuDevice, figures: Figures<EnergyName>): EnergyConstants {
  const tensorWatts = GPU_TENSOR_SHARE * (device.tdpWatts - device.idleWatts);
  const perTensorFlop = tensorWatts / (device.tensorFlopsPerSecond * device.tensorEfficiency);
  const perMovedByte = GPU_MOVE_JOULES_PER_BYTE * nodeScaling(device.processNanometres).logicEnergy;
  return {
    perArrayFlop: perTensorFlop,
    perTreeFlop: 0,
    perVectorFlop: 2 * perTensorFlop,
    perDramByte: DRAM_JOULES_PER_BYTE[device.memory.kind] * figures.dramEnergyFactor,
    perNocByte: perMovedByte,
    perGlobalSramByte: perMovedByte,
    perNocHopByte: 0,
    perLocalByte: 0,
    perLinkByte: figures.linkJoulesPerByte,
  };
}

/** Read energy of a monolithic SRAM: grows with the root of the size (CACTI 7 runs). */
export function sramJoulesPerByte(bytes: number, atOneMiB: number): number {
  return Math.max(SMALL_SRAM_JOULES_PER_BYTE, atOneMiB * Math.sqrt(bytes / 2 ** 20));
}
