import type { AreaName } from "../../hardware/area-constants.ts";
import type { Band, Bands, Figures } from "../../hardware/band.ts";
import { costBandsOf, type COMMON_BANDS, type CostName } from "../../hardware/cost/cost-assumptions.ts";
import type { ProcessCost } from "../../hardware/cost/process-cost.ts";
import { sellingPriceDollars } from "../../hardware/cost/selling-prices.ts";
import type { Device } from "../../hardware/device.ts";
import { ENERGY_BANDS, type EnergyName } from "../../hardware/power-constants.ts";

/** What a scenario may say about money; a price per device stands apart. */
export type StatedName =
  Exclude<keyof typeof COMMON_BANDS, "knownPriceFactor"> | keyof ProcessCost | "utilisation";

/** Everything that decides what serving costs: money, traffic, and the areas and energies of the hardware. */
export type WorthName = AreaName | CostName | EnergyName | "utilisation";
export type WorthFigures = Figures<WorthName>;

/** What a scenario states in place of what the program assumes. */
export interface WorthAssumptions {
  readonly bands: Partial<Bands<StatedName>>;
  /** Dollars for which one device is sold, by its name. */
  readonly prices: Readonly<Record<string, Band>>;
}

/** Of the requests that a fleet could serve within the SLO those that come, over days and nights (assumption). */
const UTILISATION: Band = { low: 0.3, default: 0.6, high: 0.9 };

/** The band of everything that the cost of serving on this device depends on. */
export function worthBandsOf(device: Device, { bands, prices }: WorthAssumptions): Bands<WorthName> {
  const price = prices[device.name];
  return {
    ...costBandsOf(device),
    ...ENERGY_BANDS,
    utilisation: UTILISATION,
    ...bands,
    ...(price !== undefined && { knownPriceFactor: relativeTo(price, price.default) }),
  };
}

/** Dollars for which a device is sold; undefined for one that has to be made. */
export function marketDollarsOf(device: Device, { prices }: WorthAssumptions): number | undefined {
  return prices[device.name]?.default ?? sellingPriceDollars(device.name);
}

function relativeTo({ low, high }: Band, middle: number): Band {
  return { low: low / middle, default: 1, high: high / middle };
}
