import type { MemorySystem } from "../device.ts";
import type { CostAssumptions } from "./cost-assumptions.ts";

/** Footprint of one HBM stack, 7.75 mm × 11.87 mm (nanocad-lab/DeepFlow, reallm). */
const HBM_STACK_MM2 = 7.75 * 11.87;
/** An interposer over the silicon that it carries (Chiplet Actuary by way of reallm). */
const INTERPOSER_MARGIN = 1.1;
/** Organic substrate: dollars per mm² and layer, its area over the die's, and bumps (Chiplet Actuary by way of reallm). */
const SUBSTRATE_DOLLARS_PER_MM2 = 0.005;
const SUBSTRATE_AREA_FACTOR = 4;
const BUMP_DOLLARS_PER_MM2 = 0.005;

/** What goes into a package. */
interface Contents {
  readonly memory: Pick<MemorySystem, "kind" | "stacks">;
  readonly dieMm2: number;
  readonly dieDollars: number;
  readonly memoryDollars: number;
}

interface PackageCost {
  readonly packageDollars: number;
  readonly testDollars: number;
}

/**
 * Dies and HBM stacks on a silicon interposer, or dies alone on an organic substrate with memory soldered beside it. What
 * does not survive bonding is lost with all that it carries.
 */
export function packageCost(contents: Contents, assumptions: CostAssumptions): PackageCost {
  const { memory, dieMm2, dieDollars, memoryDollars } = contents;
  if (memory.kind.startsWith("hbm")) {
    const interposerMm2 = INTERPOSER_MARGIN * (dieMm2 + memory.stacks * HBM_STACK_MM2);
    const interposerDollars = interposerMm2 * assumptions.interposerDollarsPerMm2;
    return {
      packageDollars:
        (dieDollars + memoryDollars + interposerDollars) / assumptions.interposerBondingYield -
        dieDollars -
        memoryDollars,
      testDollars: assumptions.advancedTestDollars,
    };
  }
  const substrateDollars =
    dieMm2 * (SUBSTRATE_DOLLARS_PER_MM2 * SUBSTRATE_AREA_FACTOR * layerFactor(dieMm2) + BUMP_DOLLARS_PER_MM2);
  return {
    packageDollars: (dieDollars + substrateDollars) / assumptions.organicBondingYield - dieDollars,
    testDollars: assumptions.plainTestDollars,
  };
}

/** Larger dies need substrates of more layers (Chiplet Actuary by way of reallm). */
function layerFactor(dieMm2: number): number {
  const sideMm = Math.sqrt(dieMm2);
  if (sideMm > 30) return 2;
  return sideMm > 17 ? 1.75 : 1;
}
