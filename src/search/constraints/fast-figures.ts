import { DEFAULT_AREA } from "../../hardware/area-constants.ts";
import { LINK_BYTES_PER_SECOND, memoryInterfaceMm2 } from "../../hardware/area.ts";
import { defaultsOf } from "../../hardware/band.ts";
import { COMMON_BANDS, type CostAssumptions } from "../../hardware/cost/cost-assumptions.ts";
import { dollarsPerGibibyte } from "../../hardware/cost/device-cost.ts";
import { grossDies, negativeBinomialYield } from "../../hardware/cost/die-yield.ts";
import { packageCost } from "../../hardware/cost/package-cost.ts";
import { processCost } from "../../hardware/cost/process-cost.ts";
import { DRAM_JOULES_PER_BYTE, sramJoulesPerByte } from "../../hardware/energy.ts";
import { meanHops, nocMm2 } from "../../hardware/noc.ts";
import { KNOWN_NANOMETRES, nodeScaling } from "../../hardware/node-scaling.ts";
import { AREA_BANDS } from "../../hardware/area-constants.ts";
import { DEFAULT_POWER } from "../../hardware/power-constants.ts";
import { IDLE_DRAM_WATTS_PER_BYTE, IDLE_WATTS_PER_STACK } from "../../hardware/power.ts";
import { MEMORY_KINDS, SRAM_STYLES, TOPOLOGIES, type DesignNumbers } from "../space/design-numbers.ts";

/** What the limits of a search judge, of one device. Filled in place, as millions are asked for. */
export interface DesignFigures {
  dieMm2: number;
  /** With every unit busy at its peak: of the device, and of its die alone. */
  peakWatts: number;
  dieWatts: number;
}

/** Everything that a process decides, looked up once. */
interface Process {
  readonly logicArea: number;
  readonly sramArea: number;
  /** Of a stack or channel, by kind of memory. */
  readonly memoryMm2: readonly number[];
  readonly linkMm2: number;
  readonly hostMm2: number;
  readonly arrayFlopJoules: number;
  readonly treeFlopJoules: number;
  readonly vectorFlopJoules: number;
  readonly hopJoules: number;
  readonly sramScale: number;
  readonly cost: CostAssumptions;
}

const COST = defaultsOf({ ...COMMON_BANDS, ...AREA_BANDS });
const PROCESSES: readonly (Process | undefined)[] = tableOf(KNOWN_NANOMETRES, processOf);
const SRAM_MM2_PER_BYTE = SRAM_STYLES.map((style) => DEFAULT_AREA.sramMm2(2 ** 20, style) / 2 ** 20);
const DRAM_JOULES = MEMORY_KINDS.map((kind) => DRAM_JOULES_PER_BYTE[kind] * DEFAULT_POWER.dramEnergyFactor);
const IS_HBM = MEMORY_KINDS.map((kind) => kind.startsWith("hbm"));
const GIBIBYTE_DOLLARS = MEMORY_KINDS.map((kind) => dollarsPerGibibyte({ kind }, PROCESSES[7]!.cost));

/** Whether areas and prices are known for a process. */
export function knowsProcess(nanometres: number): boolean {
  return PROCESSES[nanometres] !== undefined;
}

/**
 * Area and power of a design, as `deviceAreaMm2` and `peakBlocks` find them for the device, without building it: about a
 * hundred times as fast, and held to the same figures by a test.
 */
export function figureDesign(n: DesignNumbers, out: DesignFigures): void {
  const process = PROCESSES[n.nanometres]!;
  const arrays = n.cores * n.arraysPerCore;
  const arrayMacs = arrays * n.rows * n.columns;
  const treeMacs = n.cores * n.treesPerCore * n.treeWidth * n.treeReuse;
  const lanes = n.cores * n.lanesPerCore;
  const logicMm2 =
    arrayMacs * DEFAULT_AREA.arrayMacMm2 +
    treeMacs * DEFAULT_AREA.treeMacMm2 +
    arrays * DEFAULT_AREA.vectorUnitMm2(n.lanesPerCore / n.arraysPerCore);
  const localMm2 = n.cores * n.localBytes * SRAM_MM2_PER_BYTE[n.localStyle]! * process.sramArea;
  NOC.topology = TOPOLOGIES[n.topology]!;
  NOC.bytesPerCyclePerPort = n.portBytesPerCycle;
  const innerMm2 =
    (logicMm2 * process.logicArea + localMm2) / DEFAULT_AREA.coreUnitShare +
    n.globalBytes * SRAM_MM2_PER_BYTE[n.globalStyle]! * process.sramArea +
    nocMm2(n.cores, NOC, DEFAULT_POWER) * process.logicArea +
    n.stacks * process.memoryMm2[n.memoryKind]! +
    (n.linkBytesPerSecond / LINK_BYTES_PER_SECOND) * process.linkMm2 +
    process.hostMm2;
  const side = Math.sqrt(innerMm2) + 2 * DEFAULT_AREA.padRingMm;
  const dieMm2 = side * side;

  const arrayFlops = 2 * arrayMacs * n.clockHertz;
  const localBytesPerFlop = (n.rows + n.columns) / (n.rows * n.columns);
  const nocJoules = sramJoules(n.globalBytes, process) + meanHops(n.cores, NOC.topology) * process.hopJoules;
  const dieWatts =
    dieMm2 * DEFAULT_POWER.idleWattsPerMm2 +
    arrayFlops * (process.arrayFlopJoules + localBytesPerFlop * sramJoules(n.localBytes, process)) +
    2 * treeMacs * n.clockHertz * process.treeFlopJoules +
    lanes * n.clockHertz * process.vectorFlopJoules +
    n.globalBytesPerSecond * nocJoules +
    n.linkBytesPerSecond * DEFAULT_POWER.linkJoulesPerByte;
  const idleMemoryWatts = IS_HBM[n.memoryKind]!
    ? n.stacks * IDLE_WATTS_PER_STACK
    : n.memoryBytes * IDLE_DRAM_WATTS_PER_BYTE;
  out.dieMm2 = dieMm2;
  out.dieWatts = dieWatts;
  out.peakWatts = dieWatts + idleMemoryWatts + n.memoryBytesPerSecond * DRAM_JOULES[n.memoryKind]!;
}

/** Dollars of the good die, as `deviceCost` finds them. */
export function fastDieDollars(n: DesignNumbers, dieMm2: number): number {
  const { waferDollars, defectsPerCm2 } = PROCESSES[n.nanometres]!.cost;
  const good = negativeBinomialYield(dieMm2, defectsPerCm2, COST.clusteringAlpha);
  return waferDollars / (grossDies(dieMm2, COST.sawStreetMm) * good);
}

/** Dollars of all that goes into the device, as `deviceCost` finds them. */
export function fastGoodsDollars(n: DesignNumbers, dieMm2: number): number {
  const dieDollars = fastDieDollars(n, dieMm2);
  const memoryDollars = (n.memoryBytes / 2 ** 30) * GIBIBYTE_DOLLARS[n.memoryKind]!;
  const memory = { kind: MEMORY_KINDS[n.memoryKind]!, stacks: n.stacks };
  const { packageDollars, testDollars } = packageCost(
    { memory, dieMm2, dieDollars, memoryDollars },
    PROCESSES[n.nanometres]!.cost,
  );
  return dieDollars + memoryDollars + packageDollars + testDollars;
}

/** Dollars that a buyer pays, as `deviceCost` finds them for a device that nobody sells yet. */
export function fastPriceDollars(n: DesignNumbers, dieMm2: number): number {
  const { cost } = PROCESSES[n.nanometres]!;
  const designDollars = cost.maskSetDollars + cost.ipDollars + cost.packageDesignDollars + cost.designDollars;
  return (fastGoodsDollars(n, dieMm2) + designDollars / cost.volumeDevices) / (1 - cost.grossMargin);
}

/** The one network that is looked at, reused. */
const NOC = { topology: TOPOLOGIES[0]!, bytesPerCyclePerPort: 0 };

function sramJoules(bytes: number, process: Process): number {
  return sramJoulesPerByte(bytes, DEFAULT_POWER.sramJoulesPerByte) * process.sramScale;
}

function processOf(nanometres: number): Process {
  const { logicArea, sramArea, logicEnergy } = nodeScaling(nanometres);
  const logic = logicEnergy * DEFAULT_POWER.logicOverhead;
  return {
    ...{ logicArea, sramArea, sramScale: (1 + logicEnergy) / 2 },
    memoryMm2: MEMORY_KINDS.map((kind) => memoryInterfaceMm2({ kind, stacks: 1 }, DEFAULT_AREA, logicArea)),
    linkMm2: DEFAULT_AREA.linkPhyMm2 + DEFAULT_AREA.linkControllerMm2 * logicArea,
    hostMm2: DEFAULT_AREA.hostPhyMm2 + DEFAULT_AREA.hostControllerMm2 * logicArea,
    arrayFlopJoules: (DEFAULT_POWER.arrayMacJoules * logic) / 2,
    treeFlopJoules: (DEFAULT_POWER.treeMacJoules * logic) / 2,
    vectorFlopJoules: DEFAULT_POWER.vectorOperationJoules * logic,
    hopJoules: DEFAULT_POWER.hopJoulesPerByte * logicEnergy,
    cost: { ...COST, ...defaultsOf({ ...processCost(nanometres) }), spareCoreShare: 0 },
  };
}

function tableOf<T>(keys: readonly number[], make: (key: number) => T): (T | undefined)[] {
  const table: (T | undefined)[] = Array<T | undefined>(Math.max(...keys) + 1).fill(undefined);
  for (const key of keys) table[key] = make(key);
  return table;
}
