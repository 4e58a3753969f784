import { InputError, type InputProblem } from "../core/errors.ts";
import { deviceAreaMm2 } from "./area.ts";
import type { Device, HdaDevice, MemorySystem } from "./device.ts";
import { nodeScaling } from "./node-scaling.ts";
import { peakBlocks } from "./power.ts";

/** The largest field that a lithography scanner exposes, 26 mm × 33 mm. */
export const RETICLE_MM2 = 858;
/** Edge of the die under the PHY of one HBM stack (6 to 8 mm, recollected; a stack is 7.75 mm wide). */
const HBM_EDGE_MM = 7;
/** Sides of the die that face HBM; links and the host take the other two, as on GPUs with interposers. */
const HBM_SIDES = 2;
/** Heat that a lidded, liquid-cooled die gives off (bespoke-silicon-group/reallm). */
export const WATTS_PER_MM2 = 1.1;
const GIB = 2 ** 30;

/**
 * Refuses a device that could not be made or cooled: memory faster or larger than its stacks, stacks without edge to sit at, a die
 * above the reticle or its power density, local SRAM too small for one tile. What a GPU is built of is taken as published.
 * @throws InputError naming every rule that is broken, the number found and the nearest one that passes
 */
export function checkFeasible(device: Device): void {
  nodeScaling(device.processNanometres);
  const problems = [
    ...memoryProblems(device.memory),
    shorelineProblem(device),
    ...(device.kind === "hda" ? [tileProblem(device), reticleProblem(device), heatProblem(device)] : []),
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new InputError(problems);
}

interface MemoryPart {
  readonly bytesPerSecond: number;
  readonly bytes: number;
}

/**
 * The fastest and largest of one stack (HBM), of one 32-bit channel (GDDR) or of one lane of PCIe 5 to DDR5 behind it that is
 * sold (vendors): 128 bytes at 2.5, 3.6, 6.4 and 9.8 Gb/s a pin, 4 bytes at 20, 23 and 36 Gb/s.
 */
export const MEMORY_PARTS: Readonly<Record<MemorySystem["kind"], MemoryPart>> = {
  hbm2: { bytesPerSecond: 128 * 2.5e9, bytes: 16 * GIB },
  hbm2e: { bytesPerSecond: 128 * 3.6e9, bytes: 24 * GIB },
  hbm3: { bytesPerSecond: 128 * 6.4e9, bytes: 36 * GIB },
  hbm3e: { bytesPerSecond: 128 * 9.8e9, bytes: 48 * GIB },
  gddr6: { bytesPerSecond: 4 * 20e9, bytes: 4 * GIB },
  gddr6x: { bytesPerSecond: 4 * 23e9, bytes: 4 * GIB },
  gddr7: { bytesPerSecond: 4 * 36e9, bytes: 6 * GIB },
  ddr5: { bytesPerSecond: 4e9, bytes: 128 * GIB },
};

/** Each stack or channel needs a PHY, so that neither bandwidth nor capacity is ever free area. */
function memoryProblems({ kind, bytesPerSecond, capacityBytes, stacks }: MemorySystem): InputProblem[] {
  const part = MEMORY_PARTS[kind];
  const problems: InputProblem[] = [];
  const require = (needed: number) => `memory.stacks of at least ${Math.ceil(needed)}`;
  if (bytesPerSecond > stacks * part.bytesPerSecond) {
    const gigabytes = (rate: number) => `${Math.floor(rate / 1e9)} GB/s`;
    problems.push({
      key: "memory.bandwidth",
      message: `${gigabytes(bytesPerSecond)} is more than ${stacks} stacks of ${kind} deliver`,
      expected: `at most ${gigabytes(stacks * part.bytesPerSecond)}, or ${require(bytesPerSecond / part.bytesPerSecond)}`,
    });
  }
  if (capacityBytes > stacks * part.bytes) {
    const gibibytes = (bytes: number) => `${Math.floor(bytes / GIB)} GiB`;
    problems.push({
      key: "memory.capacity",
      message: `${gibibytes(capacityBytes)} is more than ${stacks} stacks of ${kind} hold`,
      expected: `at most ${gibibytes(stacks * part.bytes)}, or ${require(capacityBytes / part.bytes)}`,
    });
  }
  return problems;
}

function shorelineProblem(device: Device): InputProblem | undefined {
  const { kind, stacks } = device.memory;
  if (!kind.startsWith("hbm")) return undefined;
  const fit = stacksAlongside(deviceAreaMm2(device).totalMm2);
  if (stacks <= fit) return undefined;
  // Fewer stacks leave a smaller die, which may hold fewer still.
  const nearest = largestBelow(
    stacks,
    (fewer) =>
      stacksAlongside(deviceAreaMm2({ ...device, memory: { ...device.memory, stacks: fewer } }).totalMm2) >=
      fewer,
  );
  return {
    key: "memory.stacks",
    message: `${HBM_SIDES} sides of the die have edge for ${fit} HBM stacks of ${HBM_EDGE_MM} mm each, fewer than`,
    found: stacks,
    expected: nearest === 0 ? "a larger die" : `at most ${nearest}, or a larger die`,
  };
}

/** HBM stacks that fit along a square die of this area. */
export function stacksAlongside(dieMm2: number): number {
  return Math.floor((HBM_SIDES * Math.sqrt(dieMm2)) / HBM_EDGE_MM);
}

/** The smallest square die with edge for so many HBM stacks. */
export function leastMm2Beside(stacks: number): number {
  return ((stacks * HBM_EDGE_MM) / HBM_SIDES) ** 2;
}

/**
 * Local SRAM that the arrays of a core need at least, for one tile each: activations rows × rows and weights rows ×
 * columns in 16 bits, sums rows × columns in 32; all twice, as the next tile arrives while the current one is worked on.
 */
export function leastLocalBytes(arraysPerCore: number, rows: number, columns: number): number {
  return 2 * arraysPerCore * (2 * rows * rows + 2 * rows * columns + 4 * rows * columns);
}

function tileProblem(device: HdaDevice): InputProblem | undefined {
  const { perCore, rows, columns } = device.systolicArray;
  const tileBytes = leastLocalBytes(perCore, rows, columns);
  if (device.localSramBytesPerCore >= tileBytes) return undefined;
  return {
    key: "local_sram_per_core",
    message: `too small for a double-buffered tile of ${perCore} arrays of ${rows} × ${columns}:`,
    found: kibibytes(Math.floor(device.localSramBytesPerCore / 1024)),
    expected: `at least ${kibibytes(Math.ceil(tileBytes / 1024))}, or smaller arrays`,
  };
}

function reticleProblem(device: HdaDevice): InputProblem | undefined {
  const mm2 = deviceAreaMm2(device).totalMm2;
  if (mm2 <= RETICLE_MM2) return undefined;
  const cores = largestBelow(
    device.cores,
    (fewer) => deviceAreaMm2({ ...device, cores: fewer }).totalMm2 <= RETICLE_MM2,
  );
  return {
    key: "cores",
    message: `the die takes ${Math.ceil(mm2)} mm², more than the ${RETICLE_MM2} mm² of a reticle, with`,
    found: device.cores,
    expected: cores === 0 ? "smaller cores or memories" : `at most ${cores} of such cores, or smaller ones`,
  };
}

function heatProblem(device: HdaDevice): InputProblem | undefined {
  const limitWatts = WATTS_PER_MM2 * deviceAreaMm2(device).totalMm2;
  const onDie = peakBlocks(device).filter((block) => block.onDie);
  const total = sumWatts(onDie);
  if (total <= limitWatts) return undefined;
  const clockedWatts = sumWatts(onDie.filter((block) => block.clocked));
  const clockHertz = (device.clockHertz * (limitWatts - (total - clockedWatts))) / clockedWatts;
  return {
    key: "clock",
    message: `${Math.ceil(total)} W of peak power on the die are more than the ${Math.floor(limitWatts)} W that ${WATTS_PER_MM2} W/mm² allow, with a clock of`,
    found: `${device.clockHertz / 1e9} GHz`,
    expected:
      clockHertz > 0 ? `at most ${Math.floor(clockHertz / 1e7) / 100} GHz` : "less bandwidth on the chip",
  };
}

function sumWatts(blocks: readonly { readonly watts: number }[]): number {
  return blocks.reduce((sum, { watts }) => sum + watts, 0);
}

/** The largest count of 1 or more below `count` that passes, 0 if none; what passes, passes for all smaller counts. */
function largestBelow(count: number, passes: (count: number) => boolean): number {
  let low = 0;
  let high = count;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (passes(middle)) low = middle;
    else high = middle;
  }
  return low;
}

function kibibytes(count: number): string {
  return `${count} KiB`;
}
