import { bandOf, sensitivities, type Sensitivity } from "../hardware/band.ts";
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
import { peakWatts } from "../hardware/power.ts";
import { inSnakeCase, snakeCase } from "../scenario/setting-map.ts";
import { deviceTotals, type RunReport } from "./run-report.ts";

type CostedRun = Pick<RunReport, "system" | "outcome">;

/** Dollars per million output tokens at the traffic that was served, not at the most that could be; null without tokens. */
export function tokenDollars(run: CostedRun): number | null {
  return tokensFrom(run, dollarsPerHour(run, defaultCostAssumptions(run.system.device)));
}

/**
 * `cost` of `summary.json`: of one device to make and to buy, of all devices to run, of tokens; with what it rests on. The
 * ends of bands have every uncertain constant in favour, or against.
 */
export function costOf(run: CostedRun): Record<string, unknown> {
  const { device } = run.system;
  const bands = costBandsOf(device);
  const assumptions = defaultCostAssumptions(device);
  const cost = deviceCost(device, assumptions);
  const hours = bandOf(bands, (chosen) => dollarsPerHour(run, chosen));
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
    tco_dollars_per_hour_depends_on: strongest(sensitivities(bands, (chosen) => dollarsPerHour(run, chosen))),
    tco_dollars_per_device_year: yearlyParts(ownership(run, assumptions)),
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

/** All devices of the system. */
function dollarsPerHour(run: CostedRun, assumptions: CostAssumptions): number {
  return ownership(run, assumptions).dollarsPerHour * deviceTotals(run).count;
}

/** One of the devices, at the mean power of the run. */
function ownership(run: CostedRun, assumptions: CostAssumptions): OwnershipCost {
  const { device } = run.system;
  const { count, powerWatts } = deviceTotals(run);
  const { priceDollars } = deviceCost(device, assumptions);
  return totalCostOfOwnership(
    { priceDollars, peakWatts: peakWatts(device), meanWatts: powerWatts / count },
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
