import { InputError } from "../core/errors.ts";
import { SCRATCHPAD_AREA, type AreaConstants } from "./area-constants.ts";
import type { Device, HdaDevice, MemorySystem } from "./device.ts";

export interface AreaBlock {
  readonly name: string;
  readonly mm2: number;
}

export interface DeviceArea {
  readonly totalMm2: number;
  readonly blocks: readonly AreaBlock[];
}

/** Crossbar share of a core in 7 nm (LLMCompass cost_model.py). */
const NOC_MM2_PER_CORE = 0.46;
/** NVLink3-class SerDes per 25 GB/s and direction: controller in 7 nm, and PHY, which does not shrink (LLMCompass). */
const LINK_BYTES_PER_SECOND = 25e9;
const LINK_CONTROLLER_MM2 = 0.775;
const LINK_PHY_MM2 = 1.888;

interface Scaling {
  readonly logic: number;
  readonly sram: number;
}

/**
 * Area of a block relative to 7 nm. Logic by transistor density (CSET tables in PrincetonUniversity/ttm-cas), SRAM by
 * bit cell (WikiChip, IEDM 2022) and ASU-VDA-Lab/ECO-CHIP for older nodes; PHYs do not shrink.
 */
const NODE_SCALING: Readonly<Record<number, Scaling>> = {
  16: { logic: 3.7, sram: 1.9 },
  14: { logic: 3.7, sram: 1.9 },
  12: { logic: 3.7, sram: 1.9 },
  10: { logic: 1.95, sram: 1.5 },
  7: { logic: 1, sram: 1 },
  6: { logic: 0.84, sram: 1 },
  5: { logic: 0.7, sram: 0.78 },
  4: { logic: 0.7, sram: 0.78 },
  3: { logic: 0.45, sram: 0.78 },
};

/**
 * Die area: for a GPU as published, for an HDA the sum over its blocks in its process.
 *
 * The constants by default put designs whose area is known between 13 % below and 6 % above it: LLMCompass's latency
 * design at 416 mm² (published: 478, an unused sixth HBM PHY included) and throughput design at 832 mm² (787), the ADOR
 * design as recollected at 469 mm² (about 516). `LLMCOMPASS_AREA` reproduces what LLMCompass published within 0.1 %.
 * @throws InputError for a process without scaling factors
 */
export function deviceAreaMm2(device: Device, constants: AreaConstants = SCRATCHPAD_AREA): DeviceArea {
  if (device.kind === "gpu") {
    return { totalMm2: device.dieMm2, blocks: [{ name: "die as published", mm2: device.dieMm2 }] };
  }
  const blocks = hdaBlocks(device, constants);
  return { totalMm2: blocks.reduce((sum, block) => sum + block.mm2, 0), blocks };
}

function hdaBlocks(device: HdaDevice, constants: AreaConstants): AreaBlock[] {
  const { logic, sram } = scalingOf(device.processNanometres);
  const { cores, systolicArray: array, macTree: tree } = device;
  const arrayMacs = cores * array.perCore * array.rows * array.columns;
  const treeMacs = cores * tree.treesPerCore * tree.width * tree.reuse;
  const links = device.links.bytesPerSecond / LINK_BYTES_PER_SECOND;

  const coreUnits: AreaBlock[] = [
    { name: "systolic arrays", mm2: arrayMacs * constants.arrayMacMm2 * logic },
    { name: "MAC trees", mm2: treeMacs * constants.treeMacMm2 * logic },
    { name: "vector units", mm2: cores * device.vector.lanesPerCore * constants.vectorLaneMm2 * logic },
    { name: "local SRAM", mm2: cores * constants.sramMm2(device.localSramBytesPerCore) * sram },
  ];
  const coreUnitMm2 = coreUnits.reduce((sum, block) => sum + block.mm2, 0);
  const inner: AreaBlock[] = [
    ...coreUnits,
    { name: "core control and wiring", mm2: coreUnitMm2 * (1 / constants.coreUnitShare - 1) },
    { name: "global SRAM", mm2: constants.sramMm2(device.globalSramBytes) * sram },
    { name: "NoC", mm2: cores * NOC_MM2_PER_CORE * logic },
    { name: `${device.memory.kind} PHY and controller`, mm2: memoryInterfaceMm2(device.memory, logic) },
    { name: "P2P links", mm2: links * (LINK_PHY_MM2 + LINK_CONTROLLER_MM2 * logic) },
    { name: "host interface", mm2: constants.hostPhyMm2 + constants.hostControllerMm2 * logic },
  ];
  const innerMm2 = inner.reduce((sum, block) => sum + block.mm2, 0);
  const side = Math.sqrt(innerMm2) + 2 * constants.padRingMm;
  return [...inner, { name: "pad ring", mm2: side * side - innerMm2 }];
}

/** mm² of PHY and 7 nm controller per HBM stack, GDDR channel or PCIe 5 lane to DDR (LLMCompass cost_model.py). */
function memoryInterfaceMm2(memory: MemorySystem, logic: number): number {
  switch (memory.kind) {
    case "ddr5":
      return memory.stacks * (0.64 + 0.056 * logic);
    case "gddr6":
    case "gddr6x":
    case "gddr7":
      // A 32-bit channel, taken as DDR5's.
      return memory.stacks * (1.45 + 0.939 * logic);
    default:
      return memory.stacks * (10.45 + 5.74 * logic);
  }
}

function scalingOf(processNanometres: number): Scaling {
  const scaling = NODE_SCALING[processNanometres];
  if (scaling !== undefined) return scaling;
  throw new InputError({
    message: "no area scaling is known for this process:",
    found: processNanometres,
    expected: `one of ${Object.keys(NODE_SCALING).join(", ")} nm`,
  });
}
