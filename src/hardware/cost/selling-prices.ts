/**
 * What one device sells for in volume, in dollars. H100, B200, MI300X: siliconanalysts.com (after Epoch). The others are
 * recollected: RTX 4090 and 3090 by their launch prices, Gaudi 2 by Intel's kit of eight for $65,000.
 */
const DOLLARS: Readonly<Record<string, number>> = {
  "a100-40gb": 10_000,
  "a100-80gb": 15_000,
  "a100-pcie-80gb": 14_000,
  h100: 28_000,
  "h100-pcie": 25_000,
  "h100-nvl": 28_000,
  gh200: 35_000,
  h200: 32_000,
  b200: 40_000,
  mi300x: 15_000,
  gaudi2: 8_125,
  a40: 5_000,
  l40s: 8_000,
  "rtx-a6000": 4_650,
  "rtx-pro-6000": 8_500,
  "rtx-4090": 1_599,
  "rtx-3090": 1_499,
};

/** Undefined for a device that nobody sells under this name, or whose price nobody tells. */
export function sellingPriceDollars(name: string): number | undefined {
  return DOLLARS[name];
}
