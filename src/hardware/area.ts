import { InputError } from "../core/errors.ts";
import type { Device, HdaDevice, MemorySystem } from "./device.ts";

export interface AreaBlock {
  readonly name: string;
  readonly mm2: number;
}

export interface DeviceArea {
  readonly totalMm2: number;
  readonly blocks: readonly AreaBlock[];
}

/** mm² of one bf16 × bf16 + fp32 multiply-accumulate of an array in 7 nm: TPUv4i MXU (accelforge tpu_v4i.yaml). */
const SYSTOLIC_MAC_MM2 = 854e-6;
/** The same in a MAC tree: wider adders and operand registers (estimate). */
const TREE_MAC_MM2 = 900e-6;
/** fp32 vector lane with register file and control in 7 nm (LLMCompass, ISCA 2024: 10,345 µm² of control alone). */
const VECTOR_LANE_MM2 = 10_000e-6;
/** Large software-managed scratchpad in 7 nm, TPUv4i: 112 mm² for 128 MiB (accelforge), rounded up. */
const SRAM_MM2_PER_MIB = 0.9;
/** Share of a core that is array, trees, vector unit and SRAM; the rest is sequencing and wiring (reallm Chip.py). */
const CORE_UNIT_SHARE = 0.7;
/** Crossbar share of a core in 7 nm (LLMCompass cost_model.py). */
const NOC_MM2_PER_CORE = 0.46;
/** NVLink3-class SerDes per 25 GB/s and direction: controller in 7 nm, and PHY, which does not shrink (LLMCompass). */
const LINK_BYTES_PER_SECOND = 25e9;
const LINK_CONTROLLER_MM2 = 0.775;
const LINK_PHY_MM2 = 1.888;
/** Host interface: 16 lanes of PCIe 5 (LLMCompass). */
const HOST_CONTROLLER_MM2 = 16 * 0.056;
const HOST_PHY_MM2 = 16 * 0.64;
/** Width of the pad ring (reallm Chip.py). */
const PAD_RING_MM = 0.35;

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
 * @throws InputError for a process without scaling factors
 */
export function deviceAreaMm2(device: Device): DeviceArea {
  if (device.kind === "gpu") {
    return { totalMm2: device.dieMm2, blocks: [{ name: "die as published", mm2: device.dieMm2 }] };
  }
  const blocks = hdaBlocks(device);
  return { totalMm2: blocks.reduce((sum, block) => sum + block.mm2, 0), blocks };
}

function hdaBlocks(device: HdaDevice): AreaBlock[] {
  const { logic, sram } = scalingOf(device.processNanometres);
  const { cores, systolicArray: array, macTree: tree } = device;
  const arrayMacs = cores * array.perCore * array.rows * array.columns;
  const treeMacs = cores * tree.treesPerCore * tree.width * tree.reuse;
  const mebibytes = (bytes: number) => bytes / 2 ** 20;
  const links = device.links.bytesPerSecond / LINK_BYTES_PER_SECOND;

  const coreUnits: AreaBlock[] = [
    { name: "systolic arrays", mm2: arrayMacs * SYSTOLIC_MAC_MM2 * logic },
    { name: "MAC trees", mm2: treeMacs * TREE_MAC_MM2 * logic },
    { name: "vector units", mm2: cores * device.vector.lanesPerCore * VECTOR_LANE_MM2 * logic },
    { name: "local SRAM", mm2: mebibytes(cores * device.localSramBytesPerCore) * SRAM_MM2_PER_MIB * sram },
  ];
  const coreUnitMm2 = coreUnits.reduce((sum, block) => sum + block.mm2, 0);
  const inner: AreaBlock[] = [
    ...coreUnits,
    { name: "core control and wiring", mm2: coreUnitMm2 * (1 / CORE_UNIT_SHARE - 1) },
    { name: "global SRAM", mm2: mebibytes(device.globalSramBytes) * SRAM_MM2_PER_MIB * sram },
    { name: "NoC", mm2: cores * NOC_MM2_PER_CORE * logic },
    { name: `${device.memory.kind} PHY and controller`, mm2: memoryInterfaceMm2(device.memory, logic) },
    { name: "P2P links", mm2: links * (LINK_PHY_MM2 + LINK_CONTROLLER_MM2 * logic) },
    { name: "host interface", mm2: HOST_PHY_MM2 + HOST_CONTROLLER_MM2 * logic },
  ];
  const innerMm2 = inner.reduce((sum, block) => sum + block.mm2, 0);
  const side = Math.sqrt(innerMm2) + 2 * PAD_RING_MM;
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
