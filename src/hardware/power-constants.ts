import { AREA_BANDS } from "./area-constants.ts";
import { defaultsOf, type Bands, type Figures } from "./band.ts";

const PICO = 1e-12;

/**
 * What sources disagree about, in 7 nm: joules per operation and byte, watts of what waits.
 *
 * - Array MAC, bf16 × bf16 + fp32: accelforge tpu_v4i.yaml (a lower bound); Jouppi et al., ISCA 2021, table 2, 0.21 +
 *   0.38 pJ; Graphcore's figure with operand access (bespoke-silicon-group/reallm). Tree: three quarters of it, as adders
 *   share alignment (estimate).
 * - Vector operation, fp32 with operand fetch: ISCA 2021, 1.31 + 0.38 pJ; from a 16-bit GPU operation to reallm's whole
 *   chip at 2.6 pJ. Logic overhead: clock tree, pipeline registers and control on top of bare arithmetic (estimate).
 * - SRAM read at 1 MiB, growing with the root of the size: CACTI 7 at 22 nm halved; ISCA 2021.
 * - NoC hop: 2 mm of wire at 0.06 to 0.10 pJ/bit/mm and a router of 0.05 to 0.10 pJ/bit (recollected).
 * - DRAM relative to pJ/bit of reallm's presets (HBM2e 3.9, HBM3 3.0); with controller 7.0 (accelforge, HBM2).
 * - Links: casys-kaist/LLMServingSim; 112G PAM4 SerDes, 5.5 pJ/bit.
 * - Idle die, leakage and clock: 35 W on 750 mm² (RTX PRO 6000, LLMServingSim, memory included); an A800 at 65 W on 826
 *   mm², of it about 25 W in its memory (hongping-zh/ecocompute); an H100 at 70 W on 814 mm².
 */
export const ENERGY_BANDS = {
  arrayMacJoules: { low: 0.084 * PICO, default: 0.6 * PICO, high: 1.3 * PICO },
  treeMacJoules: { low: 0.063 * PICO, default: 0.45 * PICO, high: 0.975 * PICO },
  vectorOperationJoules: { low: 1.1 * PICO, default: 1.7 * PICO, high: 2.6 * PICO },
  logicOverhead: { low: 1.5, default: 1.75, high: 2 },
  sramJoulesPerByte: { low: 0.75 * PICO, default: 1.75 * PICO, high: 1.75 * PICO },
  hopJoulesPerByte: { low: 0.17 * 8 * PICO, default: 0.25 * 8 * PICO, high: 0.3 * 8 * PICO },
  dramEnergyFactor: { low: 1, default: 1, high: 1.8 },
  linkJoulesPerByte: { low: 4 * 8 * PICO, default: 5.5 * 8 * PICO, high: 6 * 8 * PICO },
  idleWattsPerMm2: { low: 0.03, default: 0.05, high: 0.085 },
} as const satisfies Bands<string>;

export type EnergyName = keyof typeof ENERGY_BANDS;

export const DEFAULT_ENERGY: Figures<EnergyName> = defaultsOf(ENERGY_BANDS);

/** Power depends on area as well, through the idle watts of a mm². */
export const POWER_BANDS = { ...AREA_BANDS, ...ENERGY_BANDS } as const;

export type PowerName = keyof typeof POWER_BANDS;

export const DEFAULT_POWER: Figures<PowerName> = defaultsOf(POWER_BANDS);
