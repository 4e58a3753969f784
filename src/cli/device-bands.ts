import { areaSensitivities, deviceAreaBand } from "../hardware/area.ts";
import type { Band, Sensitivity } from "../hardware/band.ts";
import {
  costSensitivities,
  deviceCost,
  deviceCostBand,
  type DeviceCost,
} from "../hardware/cost/device-cost.ts";
import type { Device } from "../hardware/device.ts";
import { peakWattsBand, powerSensitivities } from "../hardware/power.ts";
import { formatDollars, formatNumber } from "../report/format.ts";
import { snakeCase } from "../scenario/setting-map.ts";

/** One figure of a device that uncertain constants spread. */
interface BandedFigure {
  /** Name in the JSON answer. */
  readonly key: string;
  readonly label: string;
  readonly band: (device: Device) => Band;
  readonly sensitivities: (device: Device) => readonly Sensitivity<string>[];
  readonly format: (value: number) => string;
  readonly unit: string;
}

const goods = ({ goodsDollars }: DeviceCost) => goodsDollars;

const FIGURES: readonly BandedFigure[] = [
  {
    key: "area_mm2",
    label: "Area",
    band: deviceAreaBand,
    sensitivities: areaSensitivities,
    format: formatNumber,
    unit: " mm²",
  },
  {
    key: "peak_w",
    label: "Peak power",
    band: peakWattsBand,
    sensitivities: powerSensitivities,
    format: formatNumber,
    unit: " W",
  },
  {
    key: "goods_dollars",
    label: "Cost of goods",
    band: (device) => deviceCostBand(device, goods),
    sensitivities: (device) => costSensitivities(device, goods),
    format: formatDollars,
    unit: "",
  },
];

/** How many of the constants behind a figure are named. */
const NAMED = 3;

/** One device: what it takes and costs over the bands of the constants that are uncertain, and which of them matter most. */
export function deviceBandsText(device: Device): string {
  const lines = FIGURES.map(({ label, band, sensitivities, format, unit }) => {
    const { low, default: middle, high } = band(device);
    if (low === high) return `${label}: ${format(middle)}${unit} as published`;
    const range = (from: number, to: number) => `${format(from)} to ${format(to)}${unit}`;
    const causes = sensitivities(device)
      .slice(0, NAMED)
      .map(({ constant, atLow, atHigh }) => `${snakeCase(constant)} (${range(atLow, atHigh)})`);
    return `${label}: ${format(middle)}${unit}, from ${range(low, high)}; most by ${causes.join(", ")}`;
  });
  const { priceDollars, priceSource } = deviceCost(device);
  return [...lines, `Price: ${formatDollars(priceDollars)} (${priceSource})`].join("\n");
}

/** The same for programs. */
export function deviceBandsJson(device: Device): Record<string, unknown> {
  const figures = FIGURES.map(({ key, band, sensitivities }) => {
    const causes = sensitivities(device).map(({ constant, atLow, atHigh }) => ({
      ...{ constant: snakeCase(constant), at_low: atLow, at_high: atHigh },
    }));
    return [key, { ...band(device), depends_on: causes }] as const;
  });
  const { priceDollars: price_dollars, priceSource: price_source } = deviceCost(device);
  return { ...Object.fromEntries(figures), price_dollars, price_source };
}
