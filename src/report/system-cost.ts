import { bandOf, sensitivities, type Band, type Sensitivity } from "../hardware/band.ts";
import {
  costBandsOf,
  defaultCostAssumptions,
  type CostAssumptions,
} from "../hardware/cost/cost-assumptions.ts";
import { deviceCost, deviceCostBand } from "../hardware/cost/device-cost.ts";
import {
  dollarsPerMillionTokens,
  totalCostOfOwnership,
  type OwnershipCost,
} from "../hardware/cost/ownership.ts";
import type { Device } from "../hardware/device.ts";
import { idleWatts, peakWatts } from "../hardware/power.ts";
import { inSnakeCase, snakeCase } from "../scenario/setting-map.ts";
import { deviceTotals, type DeviceGroup, type RunReport } from "./run-report.ts";

type CostedRun = Pick<RunReport, "system" | "outcome">;

/** Dollars per million output tokens at the traffic that was served, not at the most that could be; null without tokens. */
export function tokenDollars(run: CostedRun): number | null {
  return tokensFrom(run, dollarsPerHour(run, defaultCostAssumptions));
}

/**
 * `cost` of `summary.json`: of one device to make and to buy (that of the first pool where there are several), of all
 * devices to run, of tokens; with what it rests on. The ends of bands have every uncertain constant in favour, or against.
 */
export function costOf(run: CostedRun): Record<string, unknown> {
  const { device } = run.system;
  const bands = costBandsOf(device);
  const assumptions = defaultCostAssumptions(device);
  const cost = deviceCost(device, assumptions);
  const mainGroup = deviceTotals(run).groups[0]!;
  const hours = hourlyBand(run);
  return {
    device_dollars: deviceCostBand(device, ({ goodsDollars }) => goodsDollars),
    price_dollars: deviceCostBand(device, ({ priceDollars }) => priceDollars),
    price_source: cost.priceSource,
    die_dollars: cost.dieDollars,
    die_yield: cost.dieYield,
    memory_dollars: cost.memoryDollars,
    package_dollars: cost.packageDollars,
    test_dollars: cost.testDollars,
    nre_dollars: cost.nreDollars,
    nre_dollars_per_device: cost.nreDollarsPerDevice,
    tco_dollars_per_hour: hours,
    tco_dollars_per_hour_depends_on: strongest(
      sensitivities(bands, (chosen) =>
        dollarsPerHour(run, (device) =>
          device === run.system.device ? chosen : defaultCostAssumptions(device),
        ),
      ),
    ),
    tco_dollars_per_device_year: yearlyParts(ownership(run, mainGroup, assumptions)),
    dollars_per_million_output_tokens:
      tokensFrom(run, hours.default) === null
        ? null
        : {
            low: tokensFrom(run, hours.low),
            default: tokensFrom(run, hours.default),
            high: tokensFrom(run, hours.high),
          },
    assumptions: inSnakeCase(assumptions),
  };
}

function tokensFrom({ outcome }: CostedRun, hourDollars: number): number | null {
  return dollarsPerMillionTokens(hourDollars, outcome.metrics.outputTokensPerSecond);
}

/** All devices of the system, each at the price of the hours in which it is there. */
function dollarsPerHour(run: CostedRun, assumptionsFor: (device: Device) => CostAssumptions): number {
  return deviceTotals(run).groups.reduce(
    (sum, group) =>
      sum + ownership(run, group, assumptionsFor(group.device)).dollarsPerHour * group.meanCount,
    0,
  );
}

/** The devices of each group in favour, or against, together. */
function hourlyBand(run: CostedRun): Band {
  const bands = deviceTotals(run).groups.map((group) =>
    bandOf(
      costBandsOf(group.device),
      (chosen) => ownership(run, group, chosen).dollarsPerHour * group.meanCount,
    ),
  );
  const sum = (end: keyof Band) => bands.reduce((total, band) => total + band[end], 0);
  return { low: sum("low"), default: sum("default"), high: sum("high") };
}

/** One of the devices of a group, at the mean power of the run; what work adds to it is taken to be equal for all. */
function ownership(run: CostedRun, { device }: DeviceGroup, assumptions: CostAssumptions): OwnershipCost {
  const { groups, dynamicWatts } = deviceTotals(run);
  const devices = groups.reduce((sum, { meanCount }) => sum + meanCount, 0);
  const { priceDollars } = deviceCost(device, assumptions);
  return totalCostOfOwnership(
    {
      ...{ priceDollars, peakWatts: peakWatts(device) },
      meanWatts: idleWatts(device) + dynamicWatts / devices,
    },
    assumptions,
  );
}

function yearlyParts(cost: OwnershipCost): Record<string, number> {
  return {
    capital: cost.capitalDollarsPerYear,
    interest: cost.interestDollarsPerYear,
    energy: cost.energyDollarsPerYear,
    facility: cost.facilityDollarsPerYear,
  };
}

const STRONGEST = 5;

/** The constants that matter most, each alone, with the figure at either end of its band. */
function strongest(all: readonly Sensitivity<string>[]): Record<string, unknown>[] {
  return all.slice(0, STRONGEST).map(({ constant, atLow, atHigh }) => ({
    ...{ assumption: snakeCase(constant), at_low: atLow, at_high: atHigh },
  }));
}
