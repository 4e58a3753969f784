import { areaConstantsOf } from "./area-constants.ts";
import { deviceAreaMm2 } from "./area.ts";
import { bandOf, sensitivities, type Band, type Figures, type Sensitivity } from "./band.ts";
import type { Device, HdaDevice, MemorySystem } from "./device.ts";
import { energyConstants, localBytesPerArrayFlop } from "./energy.ts";
import { DEFAULT_POWER, POWER_BANDS, type PowerName } from "./power-constants.ts";

/** Refresh and standby of one HBM stack, or of a DIMM of 32 GB (casys-kaist/LLMServingSim: 2 W). */
export const IDLE_WATTS_PER_STACK = 4;
export const IDLE_DRAM_WATTS_PER_BYTE = 2 / 32e9;

/** Watts of one part of a device. */
export interface PowerBlock {
  readonly name: string;
  readonly watts: number;
  /** Grows with the clock; the others have rates of their own or are always there. */
  readonly clocked: boolean;
  /** Heats the die; the rest heats memory beside it. */
  readonly onDie: boolean;
}

/** Watts that the device draws while it waits. */
export function idleWatts(device: Device, figures: Figures<PowerName> = DEFAULT_POWER): number {
  if (device.kind === "gpu") return device.idleWatts;
  return idleDieWatts(device, figures) + idleMemoryWatts(device.memory);
}

/** Watts with every unit busy at its peak: the TDP of a GPU, the sum over the blocks of an HDA. */
export function peakWatts(device: Device, figures: Figures<PowerName> = DEFAULT_POWER): number {
  if (device.kind === "gpu") return device.tdpWatts;
  return peakBlocks(device, figures).reduce((sum, { watts }) => sum + watts, 0);
}

/** Peak watts over the band of every uncertain constant; a published TDP has none. */
export function peakWattsBand(device: Device): Band {
  return bandOf(POWER_BANDS, (figures) => peakWatts(device, figures));
}

/** What peak power depends on most: watts with each uncertain constant at either end of its band. */
export function powerSensitivities(device: Device): Sensitivity<PowerName>[] {
  return sensitivities(POWER_BANDS, (figures) => peakWatts(device, figures));
}

/** Where the watts of an HDA go while every unit is busy at its peak. */
export function peakBlocks(device: HdaDevice, figures: Figures<PowerName> = DEFAULT_POWER): PowerBlock[] {
  const energy = energyConstants(device, figures);
  const { clockHertz, cores, systolicArray: array, macTree: tree, memory, links } = device;
  const arrayFlops = 2 * cores * array.perCore * array.rows * array.columns * clockHertz;
  const treeFlops = 2 * cores * tree.treesPerCore * tree.width * tree.reuse * clockHertz;
  const vectorFlops = cores * device.vector.lanesPerCore * clockHertz;
  const clocked = (name: string, watts: number) => ({ name, watts, clocked: true, onDie: true });
  const constant = (name: string, watts: number) => ({ name, watts, clocked: false, onDie: true });
  const memoryWatts = idleMemoryWatts(memory) + memory.bytesPerSecond * energy.perDramByte;
  return [
    constant("leakage and idle clock", idleDieWatts(device, figures)),
    clocked("systolic arrays", arrayFlops * energy.perArrayFlop),
    clocked("local SRAM", arrayFlops * localBytesPerArrayFlop(device) * energy.perLocalByte),
    clocked("MAC trees", treeFlops * energy.perTreeFlop),
    clocked("vector units", vectorFlops * energy.perVectorFlop),
    constant("global SRAM and NoC", device.globalSramBytesPerSecond * energy.perNocByte),
    constant("P2P links", links.bytesPerSecond * energy.perLinkByte),
    { name: memory.kind, watts: memoryWatts, clocked: false, onDie: false },
  ];
}

function idleDieWatts(device: HdaDevice, figures: Figures<PowerName>): number {
  return deviceAreaMm2(device, areaConstantsOf(figures)).totalMm2 * figures.idleWattsPerMm2;
}

function idleMemoryWatts({ kind, stacks, capacityBytes }: MemorySystem): number {
  return kind.startsWith("hbm") ? stacks * IDLE_WATTS_PER_STACK : capacityBytes * IDLE_DRAM_WATTS_PER_BYTE;
}
