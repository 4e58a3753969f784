import type { Device } from "../../hardware/device.ts";
import { energyConstants } from "../../hardware/energy.ts";
import { peakBlocks } from "../../hardware/power.ts";
import type { WorthFigures } from "./worth-bands.ts";
import type { Figures } from "../../hardware/band.ts";
import { DEFAULT_POWER, type PowerName } from "../../hardware/power-constants.ts";
import type { Resource } from "../../perf/step-cost.ts";

/** A device at work: what it serves within the SLO, and what that takes. */
export interface ServingDevice {
  readonly device: Device;
  /** Dollars for which it is sold; undefined for a design that has to be made. */
  readonly marketDollars: number | undefined;
  /** The most requests a second within the SLO, of one device. */
  readonly requestsPerSecond: number;
  /** Mean output tokens of a request. */
  readonly tokensPerRequest: number;
  /** Energy above idle for each output token, with all constants at their default. */
  readonly dynamicJoulesPerToken: number;
  /** Busy share (0..1) of each resource under load: where the energy goes. */
  readonly utilization: Readonly<Record<Resource, number>>;
}

/** What keeps each block of a die busy. */
const BLOCK_RESOURCES: Readonly<Record<string, Resource>> = {
  "systolic arrays": "sa",
  "local SRAM": "sa",
  "MAC trees": "mac_tree",
  "vector units": "vector",
  "global SRAM and NoC": "noc",
  "P2P links": "p2p",
};

/**
 * Energy above idle for each output token with other constants of energy: that at their defaults in proportion to the power
 * of the blocks, each as long as it is busy. A GPU's energy follows from its TDP and stays.
 */
export function dynamicJoulesPerToken(serving: ServingDevice, figures: WorthFigures): number {
  return serving.dynamicJoulesPerToken * energyRatio(serving, figures);
}

function energyRatio({ device, utilization }: ServingDevice, figures: Figures<PowerName>): number {
  if (device.kind === "gpu") return 1;
  const busyWatts = (at: Figures<PowerName>): number => {
    const memory = utilization.dram * device.memory.bytesPerSecond * energyConstants(device, at).perDramByte;
    return peakBlocks(device, at).reduce((sum, { name, watts }) => {
      const resource = BLOCK_RESOURCES[name];
      return resource === undefined ? sum : sum + utilization[resource] * watts;
    }, memory);
  };
  const usual = busyWatts(DEFAULT_POWER);
  return usual > 0 ? busyWatts(figures) / usual : 1;
}
