/** Areas in 7 nm of what an HDA is built from; other processes scale them. */
export interface AreaConstants {
  /** mm² of one multiply-accumulate of a systolic array, of a MAC tree. */
  readonly arrayMacMm2: number;
  readonly treeMacMm2: number;
  /** mm² of one vector lane with its registers and control. */
  readonly vectorLaneMm2: number;
  /** mm² of one on-chip buffer of so many bytes. */
  readonly sramMm2: (bytes: number) => number;
  /** Share (0..1) of a core that is array, trees, vector unit and SRAM; the rest is sequencing and wiring. */
  readonly coreUnitShare: number;
  /** mm² of the host interface: logic, and PHY, which does not shrink. */
  readonly hostControllerMm2: number;
  readonly hostPhyMm2: number;
  /** Width of the pad ring in mm. */
  readonly padRingMm: number;
}

/**
 * Constants for an accelerator whose buffers are managed by software and whose units stream operands from them.
 * Arrays: bf16 × bf16 + fp32 of the TPUv4i (accelforge tpu_v4i.yaml); trees the same with wider adders and operand
 * registers (estimate). Vector lane: fp32 with register file and control (LLMCompass, ISCA 2024: 10,345 µm² of control
 * alone). SRAM: TPUv4i, 112 mm² for 128 MiB (accelforge), rounded up. Core share and pad ring: reallm Chip.py. Host: 16
 * lanes of PCIe 5 (LLMCompass).
 */
export const SCRATCHPAD_AREA: AreaConstants = {
  arrayMacMm2: 854e-6,
  treeMacMm2: 900e-6,
  vectorLaneMm2: 10_000e-6,
  sramMm2: (bytes) => 0.9 * (bytes / 2 ** 20),
  coreUnitShare: 0.7,
  hostControllerMm2: 16 * 0.056,
  hostPhyMm2: 16 * 0.64,
  padRingMm: 0.35,
};

const LLMCOMPASS_MM2_PER_TRANSISTOR = 1 / 96.3e6;
const LLMCOMPASS_FP64_TRANSISTORS = 685_300;
const LLMCOMPASS_INT32_TRANSISTORS = 177_690;
const LLMCOMPASS_CONTROL_TRANSISTORS = 996_200;
/** 16,384 registers of 32 bits with four ports, by its polynomial at 90 nm (1.6 million transistors a mm²). */
const LLMCOMPASS_REGISTER_FILE_MM2 = (23.553 * 1.6) / 96.3;

/**
 * Constants of LLMCompass (ISCA 2024; PrincetonUniversity/LLMCompass cost_model/cost_model.py, 96.3 million transistors a
 * mm² in 7 nm), to compare with areas that were published with them: transistor counts of GPU-like cores, SRAM with the
 * overheads of caches. A vector lane is a 32nd of a unit with 16 int32, 16 fp32 and 8 fp64 ALUs and one register file. It
 * knows no MAC trees (their multipliers are taken as those of its arrays), no host interface and no pad ring.
 */
export const LLMCOMPASS_AREA: AreaConstants = {
  arrayMacMm2: llmcompassFpuMm2(10),
  treeMacMm2: llmcompassFpuMm2(10),
  vectorLaneMm2:
    (16 * LLMCOMPASS_INT32_TRANSISTORS * LLMCOMPASS_MM2_PER_TRANSISTOR +
      16 * llmcompassFpuMm2(23) +
      8 * llmcompassFpuMm2(52) +
      LLMCOMPASS_REGISTER_FILE_MM2) /
      32 +
    LLMCOMPASS_CONTROL_TRANSISTORS * LLMCOMPASS_MM2_PER_TRANSISTOR,
  sramMm2: llmcompassSramMm2,
  coreUnitShare: 1,
  hostControllerMm2: 0,
  hostPhyMm2: 0,
  padRingMm: 0,
};

/** A multiply-add unit grows with the square of its mantissa bits. */
function llmcompassFpuMm2(mantissaBits: number): number {
  return LLMCOMPASS_FP64_TRANSISTORS * (mantissaBits / 52) ** 2 * LLMCOMPASS_MM2_PER_TRANSISTOR;
}

/** Buffers of up to 512 KiB, larger ones in parts of that; the share of cells in each, from 4 KiB on, as of CACTI. */
function llmcompassSramMm2(bytes: number): number {
  const cellMm2PerBit = 0.17e-6;
  const cellShares = [0.076, 0.142, 0.247, 0.393, 0.559, 0.704, 0.526, 0.602];
  const arrays = Math.ceil(bytes / 2 ** 19);
  const arrayBytes = Math.min(Math.max(bytes, 2 ** 12), 2 ** 19);
  const share = cellShares[Math.ceil(Math.log2(arrayBytes)) - 12]!;
  return (arrays * arrayBytes * 8 * cellMm2PerBit) / share;
}
