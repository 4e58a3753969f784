import {
  dynamicJoulesPerToken,
  figuresFor,
  leadingDevice,
  meanOverDevices,
  type ServingPart,
} from "../../analysis/worth/serving-device.ts";
import {
  worthBandsOf,
  type WorthAssumptions,
  type WorthFigures,
  type WorthName,
} from "../../analysis/worth/worth-bands.ts";
import { areaConstantsOf } from "../../hardware/area-constants.ts";
import { deviceAreaMm2 } from "../../hardware/area.ts";
import { defaultsOf } from "../../hardware/band.ts";
import { deviceCost } from "../../hardware/cost/device-cost.ts";
import { leastMm2Beside, RETICLE_MM2, WATTS_PER_MM2 } from "../../hardware/feasibility.ts";
import { idleWatts, peakBlocks, peakWatts } from "../../hardware/power.ts";
import {
  excess,
  isOfDevice,
  isOfSystem,
  LIMITED,
  SYSTEM_LIMITED,
  type Constraint,
} from "../constraints/limits.ts";
import type { Results } from "../evaluation/results.ts";
import type { Objectives } from "../objectives.ts";
import { scoresOf } from "../objectives.ts";
import { paretoFront } from "../pareto.ts";
import { byBalance } from "../search.ts";
import type { Served } from "./served.ts";

/** Constants of the hardware that sources disagree about; those of a group move together. */
const GROUPS = {
  "MAC area": ["arrayMacMm2", "treeMacMm2", "vectorLaneMm2"],
  "SRAM area": ["macroMm2PerMebibyte", "scratchpadMm2PerMebibyte", "cacheMm2PerMebibyte"],
  "units' share of a core": ["coreUnitShare"],
  "interface and router area": [
    ...(["routerMm2", "crossbarPortMm2", "hbmPhyMm2", "hbmControllerMm2"] as const),
    ...(["linkPhyMm2", "linkControllerMm2"] as const),
  ],
  "energy per operation": ["arrayMacJoules", "treeMacJoules", "vectorOperationJoules", "logicOverhead"],
  "energy per byte": ["sramJoulesPerByte", "hopJoulesPerByte", "dramEnergyFactor", "linkJoulesPerByte"],
  "idle power": ["idleWattsPerMm2"],
  "HBM price": ["hbmDollarsPerGibibyte"],
  "wafer price and defects": ["waferDollars", "defectsPerCm2"],
} as const satisfies Readonly<Record<string, readonly WorthName[]>>;

/** A design that was replayed whole. */
export interface Finalist {
  readonly id: string;
  readonly served: Served;
}

/** What becomes of the recommendation when a group of constants is at an end of its bands. */
export interface RobustnessCase {
  readonly constants: string;
  readonly end: "low" | "high";
  /** Results of the recommended design. */
  readonly results: Results;
  /** Limits that it is then beyond, and by which share. */
  readonly broken: readonly { readonly limit: string; readonly excess: number }[];
  /** Its place (1 for the best) among the finalists within the limits; null beyond the limits or behind the front. */
  readonly rank: number | null;
  /** The finalist that would be recommended; null where none is within the limits. */
  readonly recommended: string | null;
}

interface Recommending {
  readonly constraints: readonly Constraint[];
  readonly objectives: Objectives;
  readonly assumptions: WorthAssumptions;
}

/**
 * Figures every finalist anew with each group of constants at either end. How a design serves does not depend on them; its
 * area, power, cost and energy do, and with them the limits and the recommendation.
 */
export function robustnessOf(
  finalists: readonly Finalist[],
  recommended: string,
  { constraints, objectives, assumptions }: Recommending,
): RobustnessCase[] {
  const groups = Object.entries(GROUPS) as [string, readonly WorthName[]][];
  return groups.flatMap(([constants, names]) =>
    (["low", "high"] as const).map((end): RobustnessCase => {
      const figured = finalists.map(({ id, served }) => {
        const bands = worthBandsOf(leadingDevice(served.serving), assumptions);
        const changed = Object.fromEntries(names.map((name) => [name, bands[name][end]]));
        return { id, ...figure(served, { ...defaultsOf(bands), ...changed }, constraints) };
      });
      const own = figured.find(({ id }) => id === recommended)!;
      const fitting = figured.filter(({ broken }) => broken.length === 0);
      const scores = fitting.map(({ results }) => scoresOf(objectives, results));
      const order = byBalance(paretoFront(scores), scores).map((i) => fitting[i]!.id);
      const rank = order.indexOf(recommended) + 1;
      return {
        ...{ constants, end, results: own.results, broken: own.broken },
        rank: rank === 0 ? null : rank,
        recommended: order[0] ?? null,
      };
    }),
  );
}

/** Results and broken limits of a design with other constants. */
function figure(
  { results, devices, serving }: Served,
  figures: WorthFigures,
  constraints: readonly Constraint[],
): Pick<RobustnessCase, "results" | "broken"> {
  const parts = serving.parts.map((part) => ({
    share: part.share,
    ...figurePart(part, figuresFor(part.device, serving, figures), constraints),
  }));
  const mean = (of: (part: (typeof parts)[number]) => number) =>
    parts.reduce((total, part) => total + part.share * of(part), 0);
  const known = {
    area_mm2: mean(({ areaMm2 }) => areaMm2) * devices,
    peak_w: mean(({ watts }) => watts) * devices,
    price_dollars: mean(({ priceDollars }) => priceDollars) * devices,
  };
  const ofSystem = constraints.filter(isOfSystem).map((constraint) => {
    const { result } = SYSTEM_LIMITED[constraint.name];
    return { limit: constraint.name, excess: excess(constraint, { ...known, devices }[result]) };
  });
  const goodput = results.goodput_at_slo_rps;
  const per = (amount: number) => (goodput === null ? null : goodput / amount);
  const tokensPerSecond = results.output_throughput_tps ?? 0;
  const idle = meanOverDevices(serving, ({ device }) => idleWatts(device, figures)) * devices;
  return {
    results: {
      ...results,
      goodput_per_mm2: per(known.area_mm2),
      goodput_per_w: per(known.peak_w),
      goodput_per_dollar: per(known.price_dollars),
      energy_per_token_j:
        tokensPerSecond > 0
          ? dynamicJoulesPerToken(serving, figures) + idle / tokensPerSecond
          : results.energy_per_token_j,
      ...known,
      die_dollars: mean(({ dieDollars }) => dieDollars),
    },
    broken: [...parts.flatMap(({ excesses }) => excesses), ...ofSystem].filter(
      ({ excess: beyond }) => beyond > 0,
    ),
  };
}

/** One device with other constants, and by how much it is beyond each limit. A die too small for its HBM stacks is made larger. */
function figurePart({ device }: ServingPart, figures: WorthFigures, constraints: readonly Constraint[]) {
  const { kind, stacks } = device.memory;
  const leastMm2 = device.kind === "hda" && kind.startsWith("hbm") ? leastMm2Beside(stacks) : 0;
  const areaMm2 = Math.max(deviceAreaMm2(device, areaConstantsOf(figures)).totalMm2, leastMm2);
  const watts = peakWatts(device, figures);
  const { dieDollars, goodsDollars, priceDollars } = deviceCost(device, figures, leastMm2);
  const limited: Readonly<Record<string, number>> = {
    ...{ area: areaMm2, peak_power: watts, power_density: watts / areaMm2 },
    ...{ die_cost: dieDollars, device_cost: goodsDollars },
  };
  const excesses: { limit: string; excess: number }[] = [
    ...constraints.filter(isOfDevice).map((constraint) => ({
      limit: constraint.name,
      excess: excess(constraint, limited[constraint.name] ?? LIMITED[constraint.name].of(device)),
    })),
    ...(device.kind === "gpu"
      ? []
      : [
          { limit: "reticle", excess: areaMm2 / RETICLE_MM2 - 1 },
          { limit: "heat of the die", excess: dieWatts(device, figures) / (WATTS_PER_MM2 * areaMm2) - 1 },
        ]),
  ];
  return { areaMm2, watts, dieDollars, priceDollars, excesses };
}

function dieWatts(device: Parameters<typeof peakBlocks>[0], figures: WorthFigures): number {
  return peakBlocks(device, figures).reduce((sum, { watts, onDie }) => sum + (onDie ? watts : 0), 0);
}
