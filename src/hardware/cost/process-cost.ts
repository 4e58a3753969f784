import { InputError } from "../../core/errors.ts";
import type { Band } from "../band.ts";

/** What a process asks for: dollars of a 300 mm wafer, defects, and what is paid once per design. */
export interface ProcessCost {
  readonly waferDollars: Band;
  readonly defectsPerCm2: Band;
  readonly maskSetDollars: Band;
  /** Licensed blocks: PHYs, controllers, standard cells. */
  readonly ipDollars: Band;
  /** Labour and tools of an accelerator whose cores are copies of one (recollected; IBS headlines are for unlike blocks). */
  readonly designDollars: Band;
}

const only = (value: number): Band => ({ low: value, default: value, high: value });

/**
 * Wafers: CSET by way of PrincetonUniversity/ttm-cas; TSMC's prices as reported by Tom's Hardware; 4N as NVIDIA is said to
 * pay, $13,400. Defects: ttm-cas, ASU-VDA-Lab/ECO-CHIP, bespoke-silicon-group/reallm, google/chiplets-cost-model (5 nm
 * falls from 0.10 to 0.05 over five years); 3 nm is recollected. Masks and IP: ttm-cas; 3 nm masks: SemiAnalysis.
 */
const NODE_16: ProcessCost = {
  waferDollars: only(3_984),
  defectsPerCm2: { low: 0.05, default: 0.1, high: 0.1 },
  maskSetDollars: only(2.82e6),
  ipDollars: only(1.87e6),
  designDollars: { low: 15e6, default: 25e6, high: 35e6 },
};
const NODE_10: ProcessCost = {
  waferDollars: { low: 5_992, default: 5_992, high: 6_000 },
  defectsPerCm2: { low: 0.11, default: 0.12, high: 0.12 },
  maskSetDollars: only(4.74e6),
  ipDollars: only(2.13e6),
  designDollars: { low: 25e6, default: 40e6, high: 55e6 },
};
const NODE_7: ProcessCost = {
  waferDollars: { low: 9_346, default: 9_346, high: 10_000 },
  defectsPerCm2: { low: 0.1, default: 0.15, high: 0.2 },
  maskSetDollars: only(10.5e6),
  ipDollars: only(2.34e6),
  designDollars: { low: 47e6, default: 67e6, high: 87e6 },
};
const NODE_5: ProcessCost = {
  waferDollars: { low: 13_400, default: 16_988, high: 16_988 },
  defectsPerCm2: { low: 0.05, default: 0.1, high: 0.2 },
  maskSetDollars: only(18.1e6),
  ipDollars: only(2.64e6),
  designDollars: { low: 99e6, default: 139e6, high: 179e6 },
};
const NODE_3: ProcessCost = {
  waferDollars: { low: 18_000, default: 19_865, high: 20_000 },
  defectsPerCm2: { low: 0.1, default: 0.125, high: 0.15 },
  maskSetDollars: { low: 30e6, default: 40e6, high: 40e6 },
  ipDollars: only(3e6),
  designDollars: { low: 157e6, default: 232e6, high: 307e6 },
};

/** Half nodes are paid like the full node that they derive from. */
const PROCESSES: Readonly<Record<number, ProcessCost>> = {
  16: NODE_16,
  14: NODE_16,
  12: NODE_16,
  10: NODE_10,
  8: NODE_10,
  7: NODE_7,
  6: NODE_7,
  5: NODE_5,
  4: NODE_5,
  3: NODE_3,
};

/** @throws InputError for a process whose prices are not known */
export function processCost(processNanometres: number): ProcessCost {
  const cost = PROCESSES[processNanometres];
  if (cost !== undefined) return cost;
  throw new InputError({
    key: "process_nm",
    message: "no prices are known for this process:",
    found: processNanometres,
    expected: `one of ${Object.keys(PROCESSES).join(", ")} nm`,
  });
}
