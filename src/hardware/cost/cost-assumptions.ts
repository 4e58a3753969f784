import { AREA_BANDS, type AreaName } from "../area-constants.ts";
import { defaultsOf, type Bands, type Figures } from "../band.ts";
import type { Device } from "../device.ts";
import { processCost, type ProcessCost } from "./process-cost.ts";

/**
 * What making, selling and running a device depends on beside its process. Dollars of today, bands where sources disagree.
 * A band of one value has one source.
 */
export const COMMON_BANDS = {
  /** How much defects cluster, alpha of the negative binomial: nanocad-lab 2, ttm-cas 3, ECO-CHIP and reallm 10. */
  clusteringAlpha: { low: 2, default: 3, high: 10 },
  /** Width that the saw takes between dies (reallm, google/chiplets-cost-model). */
  sawStreetMm: { low: 0.1, default: 0.1, high: 0.1 },
  /** LLMCompass in 2023, H100 HBM3 and B200 HBM3e as reported. */
  hbmDollarsPerGibibyte: { low: 7, default: 15, high: 17 },
  /** Spot prices of 2023 to 2025, recollected. */
  gddrDollarsPerGibibyte: { low: 2.5, default: 4, high: 8 },
  /** LLMCompass (dramexchange, October 2023). */
  ddrDollarsPerGibibyte: { low: 2.4, default: 2.4, high: 2.4 },
  /**
   * Silicon interposer with substrate and bonding: wafer cost and yield of Chiplet Actuary; H100's CoWoS-S at $723-750
   * over 1,500 mm² (siliconanalysts.com).
   */
  interposerDollarsPerMm2: { low: 0.16, default: 0.5, high: 0.55 },
  /** Share of packages that survive bonding of dies and stacks: B200 as reported, reallm, on organic substrate. */
  interposerBondingYield: { low: 0.85, default: 0.95, high: 0.99 },
  organicBondingYield: { low: 0.95, default: 0.99, high: 0.99 },
  /** Test and assembly of a package with HBM: google/chiplets-cost-model, MI300X, H100 (siliconanalysts.com). */
  advancedTestDollars: { low: 72, default: 600, high: 920 },
  /** Of one without: google/chiplets-cost-model. */
  plainTestDollars: { low: 72, default: 72, high: 150 },
  /** Flip-chip package design (ttm-cas). */
  packageDesignDollars: { low: 105e3, default: 105e3, high: 105e3 },
  /** Devices over which the costs of the design are spread (assumption). */
  volumeDevices: { low: 30e3, default: 100e3, high: 300e3 },
  /** Share of the price that is not cost, where no price is known: own use, usual for chips, usual for accelerators. */
  grossMargin: { low: 0, default: 0.5, high: 0.7 },
  /** Known prices move with market and volume (estimate). */
  knownPriceFactor: { low: 0.8, default: 1, high: 1.2 },
  /** A device's share of CPUs, memory, network, chassis and power supplies: reallm, DGX-like servers (recollected). */
  hostDollars: { low: 500, default: 5_000, high: 10_000 },
  hostWatts: { low: 50, default: 150, high: 300 },
  /** Upkeep of a server over its life, as a share of its price (reallm). */
  serverUpkeepShare: { low: 0.05, default: 0.05, high: 0.05 },
  /** Epoch: 3 to 7; reallm is pessimistic with 1.5. */
  lifeYears: { low: 3, default: 4, high: 5 },
  /** Yearly, paid monthly (reallm). */
  interestRate: { low: 0.05, default: 0.08, high: 0.1 },
  /** Reallm; Epoch's model of a 1 GW site comes to $0.068. */
  dollarsPerKilowattHour: { low: 0.05, default: 0.067, high: 0.1 },
  /** Watts of the site per watt of its servers: Google, AI hyperscale, industry. */
  powerUsageEffectiveness: { low: 1.09, default: 1.2, high: 1.58 },
  /** Power supply and converters (reallm: 0.95 each). */
  supplyEfficiency: { low: 0.9025, default: 0.9025, high: 0.9025 },
  /** Building, cooling and power distribution for each watt that servers may draw, over 12 years (reallm). */
  facilityDollarsPerWatt: { low: 10, default: 10, high: 15 },
  facilityYears: { low: 12, default: 12, high: 12 },
  /** Staff and maintenance of the site (reallm). */
  facilityDollarsPerWattMonth: { low: 0.04, default: 0.04, high: 0.04 },
} as const satisfies Bands<string>;

/** Cores that may be bad because the die has more: none unless designed in; GPUs sell 85 (A100) to 99 % (L40S) of theirs. */
const SPARE_CORE_SHARE = {
  hda: { low: 0, default: 0, high: 0 },
  gpu: { low: 0.01, default: 0.08, high: 0.15 },
} as const;

export type CostName = keyof typeof COMMON_BANDS | keyof ProcessCost | "spareCoreShare";

/** A value for everything that cost depends on, the areas of blocks included. */
export type CostAssumptions = Figures<AreaName | CostName>;

/** The uncertain constants behind the cost of this device. @throws InputError for a process without known prices */
export function costBandsOf(device: Device): Bands<AreaName | CostName> {
  return {
    ...AREA_BANDS,
    ...COMMON_BANDS,
    ...processCost(device.processNanometres),
    spareCoreShare: SPARE_CORE_SHARE[device.kind],
  };
}

const defaults = new Map<string, CostAssumptions>();

/** Each of them at its default; equal for devices of a kind and process. */
export function defaultCostAssumptions(device: Device): CostAssumptions {
  const key = `${device.kind} ${device.processNanometres}`;
  let assumptions = defaults.get(key);
  if (assumptions === undefined) defaults.set(key, (assumptions = defaultsOf(costBandsOf(device))));
  return assumptions;
}
