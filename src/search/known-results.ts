import type { ResultName } from "./evaluation/results.ts";

/** Results that follow from a design alone. */
export type KnownResults = Readonly<Record<(typeof KNOWN_RESULTS)[number], number>>;

export const KNOWN_RESULTS = ["devices", "area_mm2", "peak_w", "die_dollars", "price_dollars"] as const;

/** Results that are the goodput over one of these. */
export const SHARES_OF_GOODPUT = {
  goodput_per_mm2: "area_mm2",
  goodput_per_w: "peak_w",
  goodput_per_dollar: "price_dollars",
} as const satisfies Partial<Record<ResultName, keyof KnownResults>>;

/** Equal devices of a system. */
export interface CountedDevices {
  readonly count: number;
  /** Of one of them. */
  readonly areaMm2: number;
  readonly peakWatts: number;
  readonly dieDollars: number;
  readonly priceDollars: number;
}

/** Sums over the devices of a system; the cost of a die is that of all dies over their number. */
export function knownResults(groups: readonly CountedDevices[]): KnownResults {
  const sum = (of: (group: CountedDevices) => number) =>
    groups.reduce((total, group) => total + of(group) * group.count, 0);
  const devices = sum(() => 1);
  return {
    devices,
    area_mm2: sum(({ areaMm2 }) => areaMm2),
    peak_w: sum(({ peakWatts }) => peakWatts),
    die_dollars: groups.length === 1 ? groups[0]!.dieDollars : sum(({ dieDollars }) => dieDollars) / devices,
    price_dollars: sum(({ priceDollars }) => priceDollars),
  };
}
