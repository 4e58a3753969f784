import { deviceCost } from "../../hardware/cost/device-cost.ts";
import { annuityDollars, totalCostOfOwnership, type OwnershipCost } from "../../hardware/cost/ownership.ts";
import { idleWatts, peakWatts } from "../../hardware/power.ts";
import { dynamicJoulesPerToken, figuresFor, meanOverDevices, type ServingDevice } from "./serving-device.ts";
import type { WorthFigures } from "./worth-bands.ts";

const SECONDS_PER_YEAR = 8760 * 3600;

/**
 * What serving on a device costs, as a mean over those that serve together. Its design is paid by whoever has it made, once, and
 * by no buyer of a device.
 */
export interface Economics {
  /** One device: its price, or what it takes to make with the maker's margin, the design excluded. */
  readonly purchaseDollars: number;
  /** Masks, IP, package design, labour and tools of every design among them; 0 for devices that are sold. */
  readonly nreDollars: number;
  /** One device in service with its share of a server and of a site, the design excluded. */
  readonly yearly: OwnershipCost;
  /** Paying off the design with interest over the years of service: the same for any number of devices. */
  readonly nreDollarsPerYear: number;
  /** Output tokens and requests of one device that are sold in a year. */
  readonly tokensPerYear: number;
  readonly requestsPerYear: number;
  /** At the planned number of devices, the design included; null for a device that serves nothing within the SLO. */
  readonly dollarsPerMillionTokens: number | null;
  readonly dollarsPerMillionRequests: number | null;
}

/** @throws InputError for a process whose areas or prices are not known */
export function economicsOf(serving: ServingDevice, figures: WorthFigures): Economics {
  const { parts, requestsPerSecond, tokensPerRequest } = serving;
  const purchaseDollars = meanOverDevices(serving, ({ device, marketDollars }) =>
    marketDollars === undefined
      ? deviceCost(device, figuresFor(device, serving, figures)).goodsDollars / (1 - figures.grossMargin)
      : marketDollars * figures.knownPriceFactor,
  );
  const nreDollars = parts.reduce((sum, { device, marketDollars }) => {
    if (marketDollars !== undefined) return sum;
    return sum + deviceCost(device, figuresFor(device, serving, figures)).nreDollars;
  }, 0);
  const soldPerSecond = requestsPerSecond * figures.utilisation;
  const yearly = totalCostOfOwnership(
    {
      priceDollars: purchaseDollars,
      peakWatts: meanOverDevices(serving, ({ device }) => peakWatts(device, figures)),
      meanWatts:
        meanOverDevices(serving, ({ device }) => idleWatts(device, figures)) +
        soldPerSecond * tokensPerRequest * dynamicJoulesPerToken(serving, figures),
    },
    figures,
  );
  const { interestRate, lifeYears, volumeDevices } = figures;
  const nreDollarsPerYear = 12 * annuityDollars(nreDollars, interestRate / 12, 12 * lifeYears);
  const requestsPerYear = soldPerSecond * SECONDS_PER_YEAR;
  const dollarsPerYear = yearly.dollarsPerYear + nreDollarsPerYear / volumeDevices;
  const perMillion = (count: number) => (count > 0 ? (dollarsPerYear / count) * 1e6 : null);
  return {
    ...{ purchaseDollars, nreDollars, yearly, nreDollarsPerYear, requestsPerYear },
    tokensPerYear: requestsPerYear * tokensPerRequest,
    dollarsPerMillionTokens: perMillion(requestsPerYear * tokensPerRequest),
    dollarsPerMillionRequests: perMillion(requestsPerYear),
  };
}
