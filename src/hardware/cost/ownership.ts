import type { CostAssumptions } from "./cost-assumptions.ts";

/** A device in service. */
export interface OwnedDevice {
  readonly priceDollars: number;
  /** Watts that supply and cooling must be there for. */
  readonly peakWatts: number;
  /** Watts that it draws on average. */
  readonly meanWatts: number;
}

/** What owning one device costs in a year, its share of a server and of a site included. */
export interface OwnershipCost {
  /** Price of the device and its share of a server, upkeep included, over the years of its life. */
  readonly capitalDollarsPerYear: number;
  readonly interestDollarsPerYear: number;
  readonly energyDollarsPerYear: number;
  /** Building, power and cooling for what may be drawn at most. */
  readonly facilityDollarsPerYear: number;
  readonly dollarsPerYear: number;
  readonly dollarsPerHour: number;
}

const HOURS_PER_YEAR = 8760;

/**
 * Total cost of ownership, by the form of bespoke-silicon-group/reallm structs/TCO.py: capital with upkeep and the interest
 * of a monthly annuity over the life of a server, energy by the mean power, facility by the peak power.
 */
export function totalCostOfOwnership(device: OwnedDevice, assumptions: CostAssumptions): OwnershipCost {
  const { hostDollars, hostWatts, serverUpkeepShare, lifeYears, interestRate } = assumptions;
  const purchaseDollars = device.priceDollars + hostDollars;
  const wallWatts = (watts: number) => (watts + hostWatts) / assumptions.supplyEfficiency;
  const capitalDollarsPerYear = (purchaseDollars * (1 + serverUpkeepShare)) / lifeYears;
  const interestDollarsPerYear =
    12 * annuityDollars(purchaseDollars, interestRate / 12, 12 * lifeYears) - purchaseDollars / lifeYears;
  const energyDollarsPerYear =
    (wallWatts(device.meanWatts) / 1000) *
    HOURS_PER_YEAR *
    assumptions.powerUsageEffectiveness *
    assumptions.dollarsPerKilowattHour;
  const facilityDollarsPerYear =
    wallWatts(device.peakWatts) *
    (assumptions.facilityDollarsPerWatt / assumptions.facilityYears +
      12 * assumptions.facilityDollarsPerWattMonth);
  const dollarsPerYear =
    capitalDollarsPerYear + interestDollarsPerYear + energyDollarsPerYear + facilityDollarsPerYear;
  return {
    ...{ capitalDollarsPerYear, interestDollarsPerYear, energyDollarsPerYear, facilityDollarsPerYear },
    ...{ dollarsPerYear, dollarsPerHour: dollarsPerYear / HOURS_PER_YEAR },
  };
}

/** Dollars per million tokens of what costs so much an hour; null where no tokens come. */
export function dollarsPerMillionTokens(dollarsPerHour: number, tokensPerSecond: number): number | null {
  return tokensPerSecond > 0 ? (dollarsPerHour / 3600 / tokensPerSecond) * 1e6 : null;
}

/** Equal payments that settle a loan and its interest; an equal share of it where there is none. */
export function annuityDollars(loanDollars: number, ratePerPayment: number, payments: number): number {
  if (ratePerPayment === 0) return loanDollars / payments;
  return (loanDollars * ratePerPayment) / -Math.expm1(-payments * Math.log1p(ratePerPayment));
}
