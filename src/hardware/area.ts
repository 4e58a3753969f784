import {
  AREA_BANDS,
  areaConstantsOf,
  DEFAULT_AREA,
  type AreaConstants,
  type AreaName,
} from "./area-constants.ts";
import { bandOf, sensitivities, type Band, type Sensitivity } from "./band.ts";
import type { Device, HdaDevice, MemorySystem } from "./device.ts";
import { nodeScaling } from "./node-scaling.ts";

export interface AreaBlock {
  readonly name: string;
  readonly mm2: number;
}

export interface DeviceArea {
  readonly totalMm2: number;
  readonly blocks: readonly AreaBlock[];
}

/** What one of the links is worth whose area is quoted (NVLink 3 and 4). */
export const LINK_BYTES_PER_SECOND = 25e9;

/**
 * Die area: for a GPU as published, for an HDA the sum over its blocks in its process.
 *
 * The constants by default put designs whose area is known between 16 % below and 6 % above it: LLMCompass's latency
 * design at 400 mm² (published: 478, an unused sixth HBM PHY included) and throughput design at 832 mm² (787), the ADOR
 * design as recollected at 459 mm² (about 516). `LLMCOMPASS_AREA` reproduces what LLMCompass published within 0.1 %.
 * @throws InputError for a process without scaling factors
 */
export function deviceAreaMm2(device: Device, constants: AreaConstants = DEFAULT_AREA): DeviceArea {
  if (device.kind === "gpu") {
    return { totalMm2: device.dieMm2, blocks: [{ name: "die as published", mm2: device.dieMm2 }] };
  }
  const blocks = hdaBlocks(device, constants);
  return { totalMm2: blocks.reduce((sum, block) => sum + block.mm2, 0), blocks };
}

/** Total area in mm² over the band of every uncertain constant; a published area has none. */
export function deviceAreaBand(device: Device): Band {
  return bandOf(AREA_BANDS, (figures) => deviceAreaMm2(device, areaConstantsOf(figures)).totalMm2);
}

/** What the area depends on most: mm² in all with each uncertain constant at either end of its band. */
export function areaSensitivities(device: Device): Sensitivity<AreaName>[] {
  return sensitivities(AREA_BANDS, (figures) => deviceAreaMm2(device, areaConstantsOf(figures)).totalMm2);
}

/** Names of the blocks that come with every core. */
export const CORE_BLOCKS: ReadonlySet<string> = new Set([
  "systolic arrays",
  "MAC trees",
  "vector units",
  "local SRAM",
  "core control and wiring",
]);

function hdaBlocks(device: HdaDevice, constants: AreaConstants): AreaBlock[] {
  const { logicArea: logic, sramArea: sram } = nodeScaling(device.processNanometres);
  const { cores, systolicArray: array, macTree: tree, sramStyle } = device;
  const arrays = cores * array.perCore;
  const treeMacs = cores * tree.treesPerCore * tree.width * tree.reuse;
  const vectorUnitMm2 = constants.vectorUnitMm2(device.vector.lanesPerCore / array.perCore);
  const localMm2 = constants.sramMm2(device.localSramBytesPerCore, sramStyle.local);
  const links = device.links.bytesPerSecond / LINK_BYTES_PER_SECOND;

  const coreUnits: AreaBlock[] = [
    { name: "systolic arrays", mm2: arrays * array.rows * array.columns * constants.arrayMacMm2 * logic },
    { name: "MAC trees", mm2: treeMacs * constants.treeMacMm2 * logic },
    { name: "vector units", mm2: arrays * vectorUnitMm2 * logic },
    { name: "local SRAM", mm2: cores * localMm2 * sram },
  ];
  const coreUnitMm2 = coreUnits.reduce((sum, block) => sum + block.mm2, 0);
  const inner: AreaBlock[] = [
    ...coreUnits,
    { name: "core control and wiring", mm2: coreUnitMm2 * (1 / constants.coreUnitShare - 1) },
    { name: "global SRAM", mm2: constants.sramMm2(device.globalSramBytes, sramStyle.global) * sram },
    { name: "NoC", mm2: constants.nocMm2(cores, device.noc) * logic },
    {
      name: `${device.memory.kind} PHY and controller`,
      mm2: memoryInterfaceMm2(device.memory, constants, logic),
    },
    { name: "P2P links", mm2: links * (constants.linkPhyMm2 + constants.linkControllerMm2 * logic) },
    { name: "host interface", mm2: constants.hostPhyMm2 + constants.hostControllerMm2 * logic },
  ];
  const innerMm2 = inner.reduce((sum, block) => sum + block.mm2, 0);
  const side = Math.sqrt(innerMm2) + 2 * constants.padRingMm;
  return [...inner, { name: "pad ring", mm2: side * side - innerMm2 }];
}

/** mm² of PHY and controller; per GDDR channel or PCIe 5 lane to DDR as in LLMCompass cost_model.py. */
export function memoryInterfaceMm2(
  memory: Pick<MemorySystem, "kind" | "stacks">,
  constants: AreaConstants,
  logic: number,
): number {
  switch (memory.kind) {
    case "ddr5":
      return memory.stacks * (0.64 + 0.056 * logic);
    case "gddr6":
    case "gddr6x":
    case "gddr7":
      // A 32-bit channel, taken as DDR5's.
      return memory.stacks * (1.45 + 0.939 * logic);
    default:
      return memory.stacks * (constants.hbmPhyMm2 + constants.hbmControllerMm2 * logic);
  }
}
