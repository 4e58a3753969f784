import type { AreaConstants } from "./area-constants.ts";

const MM2_PER_TRANSISTOR = 1 / 96.3e6;
const FP64_TRANSISTORS = 685_300;
const INT32_TRANSISTORS = 177_690;
const CONTROL_TRANSISTORS = 996_200;
/** Vector lanes that share one register file; wider units have several. */
const LANES_PER_REGISTER_FILE = 32;
const REGISTERS_PER_LANE = 512;

/**
 * Constants of LLMCompass (ISCA 2024; PrincetonUniversity/LLMCompass cost_model/cost_model.py, 96.3 million transistors a
 * mm² in 7 nm), to compare with areas that were published with them: transistor counts of GPU-like cores, SRAM with the
 * overheads of caches. It knows no MAC trees (their multipliers are taken as those of its arrays), no NoC but a crossbar,
 * no host interface and no pad ring.
 */
export const LLMCOMPASS_AREA: AreaConstants = {
  arrayMacMm2: fpuMm2(10),
  treeMacMm2: fpuMm2(10),
  vectorUnitMm2,
  sramMm2,
  nocMm2: (cores) => cores * 44.3e6 * MM2_PER_TRANSISTOR,
  coreUnitShare: 1,
  hbmPhyMm2: 10.45,
  hbmControllerMm2: 552.743e6 * MM2_PER_TRANSISTOR,
  linkPhyMm2: 1.888,
  linkControllerMm2: 74.632e6 * MM2_PER_TRANSISTOR,
  hostControllerMm2: 0,
  hostPhyMm2: 0,
  padRingMm: 0,
};

/** A multiply-add unit grows with the square of its mantissa bits. */
function fpuMm2(mantissaBits: number): number {
  return FP64_TRANSISTORS * (mantissaBits / 52) ** 2 * MM2_PER_TRANSISTOR;
}

/** Of two lanes one has an int32 and an fp32 ALU, of four one an fp64 ALU; each has control and a part of a register file. */
function vectorUnitMm2(lanes: number): number {
  const files = Math.max(1, lanes / LANES_PER_REGISTER_FILE);
  const laneMm2 =
    (INT32_TRANSISTORS / 2 + CONTROL_TRANSISTORS) * MM2_PER_TRANSISTOR + fpuMm2(23) / 2 + fpuMm2(52) / 4;
  return lanes * laneMm2 + files * registerFileMm2((lanes / files) * REGISTERS_PER_LANE);
}

/** Four ports of 32 bits: its polynomial at 90 nm in µm², scaled by density (1.6 million transistors a mm² there). */
function registerFileMm2(depth: number): number {
  const width = 32;
  const ports = 4;
  const at90Nanometres =
    3.29e4 -
    1.09e3 * depth -
    883 * width -
    5.55e3 * ports +
    53.5 * depth * width +
    0.015 * depth ** 2 +
    0.0108 * width ** 2 +
    0.586 * ports ** 2 +
    142 * depth * ports +
    368 * width * ports;
  return (at90Nanometres * 1e-6 * 1.6) / 96.3;
}

/** Buffers of up to 512 KiB, larger ones in parts of that; the share of cells in each, from 4 KiB on, as of CACTI. */
function sramMm2(bytes: number): number {
  const cellMm2PerBit = 0.17e-6;
  const cellShares = [0.076, 0.142, 0.247, 0.393, 0.559, 0.704, 0.526, 0.602];
  const arrays = Math.ceil(bytes / 2 ** 19);
  const arrayBytes = Math.min(Math.max(bytes, 2 ** 12), 2 ** 19);
  const share = cellShares[Math.ceil(Math.log2(arrayBytes)) - 12]!;
  return (arrays * arrayBytes * 8 * cellMm2PerBit) / share;
}
