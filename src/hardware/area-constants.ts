import { defaultsOf, type Bands, type Figures } from "./band.ts";
import type { NocSystem, SramStyle } from "./device.ts";
import { nocMm2 } from "./noc.ts";

/** Areas in 7 nm of what an HDA is built from; other processes scale them. */
export interface AreaConstants {
  /** mm² of one multiply-accumulate of a systolic array, of a MAC tree. */
  readonly arrayMacMm2: number;
  readonly treeMacMm2: number;
  /** mm² of a vector unit of so many lanes, with its registers and control. */
  readonly vectorUnitMm2: (lanes: number) => number;
  /** mm² of one on-chip buffer of so many bytes. */
  readonly sramMm2: (bytes: number, style: SramStyle) => number;
  /** mm² of the network between the cores. */
  readonly nocMm2: (cores: number, noc: NocSystem) => number;
  /** Share (0..1) of a core that is array, trees, vector unit and SRAM; the rest is sequencing and wiring. */
  readonly coreUnitShare: number;
  /** mm² of one HBM stack's interface: PHY, which does not shrink, and controller. */
  readonly hbmPhyMm2: number;
  readonly hbmControllerMm2: number;
  /** mm² of 25 GB/s of device-to-device link in one direction, and as much back. */
  readonly linkPhyMm2: number;
  readonly linkControllerMm2: number;
  /** mm² of the host interface: logic, and PHY, which does not shrink. */
  readonly hostControllerMm2: number;
  readonly hostPhyMm2: number;
  /** Width of the pad ring in mm. */
  readonly padRingMm: number;
}

/**
 * What sources disagree about, for an accelerator whose units stream operands from software-managed buffers; 7 nm.
 *
 * - MACs of arrays: a scaled FPU (LLMCompass, ISCA 2024), bf16 × bf16 + fp32 of the TPUv4i (accelforge tpu_v4i.yaml),
 *   TPUv4i by TFLOPS (bespoke-silicon-group/reallm). Trees: the same with wider adders and operand registers (estimate).
 * - Vector lane: LLMCompass's ALUs with register file alone; fp32 with registers and control (estimate); LLMCompass in
 *   all, 10,345 µm² of it control.
 * - SRAM in mm² per MiB. Macro: bit cell and macro density (WikiChip, IEDM 2022), distributed as in an IPU (reallm).
 *   Scratchpad: as macros; TPUv4i, 112 mm² for 128 MiB (accelforge), rounded up; as a cache. Cache: nanocad-lab/DeepFlow;
 *   LLMCompass; GA100's L2, 119 mm² for 48 MiB.
 * - Share of units in a core: reallm, 0.7; TPUv4i arrays, 0.9.
 * - Routers of five ports and 512 bits: recollected range. Crossbar: GPUs of two vendors in LLMCompass.
 * - HBM interface: reallm's whole interface with LLMCompass's division into PHY and controller; LLMCompass (HBM2e). Links:
 *   NVLink 4 and 3 of LLMCompass.
 */
export const AREA_BANDS = {
  arrayMacMm2: { low: 263e-6, default: 854e-6, high: 1526e-6 },
  treeMacMm2: { low: 277e-6, default: 900e-6, high: 1608e-6 },
  vectorLaneMm2: { low: 3_400e-6, default: 10_000e-6, high: 26_000e-6 },
  macroMm2PerMebibyte: { low: 0.32, default: 0.32, high: 0.45 },
  scratchpadMm2PerMebibyte: { low: 0.32, default: 0.9, high: 2.4 },
  cacheMm2PerMebibyte: { low: 1.46, default: 2.4, high: 2.49 },
  coreUnitShare: { low: 0.6, default: 0.7, high: 0.9 },
  routerMm2: { low: 0.05, default: 0.075, high: 0.1 },
  crossbarPortMm2: { low: 0.349, default: 0.46, high: 0.571 },
  hbmPhyMm2: { low: 5.36, default: 10.45, high: 10.45 },
  hbmControllerMm2: { low: 2.94, default: 5.74, high: 5.74 },
  linkPhyMm2: { low: 0.965, default: 1.888, high: 1.888 },
  linkControllerMm2: { low: 0.775, default: 0.775, high: 0.9 },
} as const satisfies Bands<string>;

export type AreaName = keyof typeof AREA_BANDS;

const made = new WeakMap<Figures<AreaName>, AreaConstants>();

/** The constants for one choice of uncertain values. */
export function areaConstantsOf(figures: Figures<AreaName>): AreaConstants {
  let constants = made.get(figures);
  if (constants === undefined) made.set(figures, (constants = makeConstants(figures)));
  return constants;
}

/** Host: 16 lanes of PCIe 5 (LLMCompass). Pad ring: reallm Chip.py. */
function makeConstants(figures: Figures<AreaName>): AreaConstants {
  const mm2PerMiB: Readonly<Record<SramStyle, number>> = {
    macro: figures.macroMm2PerMebibyte,
    scratchpad: figures.scratchpadMm2PerMebibyte,
    cache: figures.cacheMm2PerMebibyte,
  };
  return {
    ...figures,
    vectorUnitMm2: (lanes) => lanes * figures.vectorLaneMm2,
    sramMm2: (bytes, style) => (bytes / 2 ** 20) * mm2PerMiB[style],
    nocMm2: (cores, noc) => nocMm2(cores, noc, figures),
    hostControllerMm2: 16 * 0.056,
    hostPhyMm2: 16 * 0.64,
    padRingMm: 0.35,
  };
}

export const DEFAULT_AREA: AreaConstants = areaConstantsOf(defaultsOf(AREA_BANDS));
