import { RESULTS, type ResultName, type Results } from "../../search/evaluation/results.ts";
import { formatDollars, formatNumber, formatSeconds, formatShare, formatUnit } from "../format.ts";

/** How a result is shown: small ratios by the thousand units of what they are divided by. */
const SHOWN: Partial<
  Record<ResultName, { readonly label: string; readonly factor: number; readonly unit: string }>
> = {
  goodput_per_mm2: { label: "Goodput per 1,000 mm²", factor: 1000, unit: "/s" },
  goodput_per_w: { label: "Goodput per kW at peak", factor: 1000, unit: "/s" },
  goodput_per_dollar: { label: "Goodput per $1,000 of devices", factor: 1000, unit: "/s" },
};

export function resultLabel(name: ResultName): string {
  return SHOWN[name]?.label ?? RESULTS[name].label;
}

/** 13.9 /s, 47.3 ms, 333 mm²; a dash for what is unknown. */
export function resultText(name: ResultName, value: number | null | undefined): string {
  if (value === undefined || value === null) return "-";
  const shown = SHOWN[name];
  if (shown !== undefined) return formatUnit(value * shown.factor, shown.unit);
  const { unit } = RESULTS[name];
  switch (unit) {
    case "s":
      return formatSeconds(value);
    case "share":
      return formatShare(value);
    case "$":
      return formatDollars(value);
    case "":
      return formatNumber(value);
    default:
      return formatUnit(value, unit);
  }
}

/** The value with its 95 % interval where one is known: 13.9 ± 0.4 /s. */
export function resultWithin(
  name: ResultName,
  results: Results,
  halfWidths?: Partial<Record<string, number>>,
): string {
  const half = halfWidths?.[name];
  const text = resultText(name, results[name]);
  return half === undefined || half === 0 ? text : `${text} ± ${resultText(name, half)}`;
}

/** +12 %, -3.4 %. */
export function signedPercent(share: number): string {
  const percent = 100 * share;
  const text = Math.abs(percent) >= 9.95 ? percent.toFixed(0) : percent.toFixed(1);
  return `${share > 0 ? "+" : ""}${text} %`;
}
