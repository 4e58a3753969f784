import { defaultsOf, type Figures } from "../../hardware/band.ts";
import { defaultCostAssumptions } from "../../hardware/cost/cost-assumptions.ts";
import { processCost } from "../../hardware/cost/process-cost.ts";
import type { Device } from "../../hardware/device.ts";
import { energyConstants } from "../../hardware/energy.ts";
import { peakBlocks } from "../../hardware/power.ts";
import { DEFAULT_POWER, type PowerName } from "../../hardware/power-constants.ts";
import type { Resource } from "../../perf/step-cost.ts";
import type { WorthFigures } from "./worth-bands.ts";

/** Equal devices among those that serve together. */
export interface ServingPart {
  readonly device: Device;
  /** Dollars for which it is sold; undefined for a design that has to be made. */
  readonly marketDollars: number | undefined;
  /** Share (0..1) of all devices. */
  readonly share: number;
}

/** Devices at work: what they serve within the SLO, and what that takes, each as a mean over them. */
export interface ServingDevice {
  /** Kinds of devices, at least one; those that have to be made first. */
  readonly parts: readonly ServingPart[];
  /** The most requests a second within the SLO. */
  readonly requestsPerSecond: number;
  /** Mean output tokens of a request. */
  readonly tokensPerRequest: number;
  /** Energy above idle for each output token, with all constants at their default. */
  readonly dynamicJoulesPerToken: number;
  /** Busy share (0..1) of each resource under load: where the energy goes. */
  readonly utilization: Readonly<Record<Resource, number>>;
}

/** The devices by whose process and price the figures of money are meant. */
export function leadingDevice({ parts }: ServingDevice): Device {
  return parts[0]!.device;
}

export function isSold({ parts }: ServingDevice): boolean {
  return parts.every(({ marketDollars }) => marketDollars !== undefined);
}

/**
 * The figures as they are for a device of another kind or process: what a process decides by the ratio of the two, spare cores as
 * they are usual for the kind.
 */
export function figuresFor(device: Device, serving: ServingDevice, figures: WorthFigures): WorthFigures {
  const leading = leadingDevice(serving);
  if (device.kind !== leading.kind) {
    const { spareCoreShare } = defaultCostAssumptions(device);
    return ofProcess(device, leading, { ...figures, spareCoreShare });
  }
  return ofProcess(device, leading, figures);
}

function ofProcess(device: Device, leading: Device, figures: WorthFigures): WorthFigures {
  if (device.processNanometres === leading.processNanometres) return figures;
  const [own, other] = [processCost(device.processNanometres), processCost(leading.processNanometres)];
  const [mine, theirs] = [defaultsOf({ ...own }), defaultsOf({ ...other })];
  const names = Object.keys(own) as (keyof typeof own)[];
  return {
    ...figures,
    ...Object.fromEntries(names.map((name) => [name, (figures[name] * mine[name]) / theirs[name]])),
  };
}

/** Mean over all devices of a figure of one. */
export function meanOverDevices({ parts }: ServingDevice, of: (part: ServingPart) => number): number {
  return parts.reduce((sum, part) => sum + part.share * of(part), 0);
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
 * of the blocks of dataflow devices, each as long as it is busy. GPUs' energy follows from their TDP and stays.
 */
export function dynamicJoulesPerToken(serving: ServingDevice, figures: WorthFigures): number {
  return serving.dynamicJoulesPerToken * energyRatio(serving, figures);
}

function energyRatio(serving: ServingDevice, figures: Figures<PowerName>): number {
  const { utilization } = serving;
  const busyWatts = (device: Device, at: Figures<PowerName>): number => {
    if (device.kind === "gpu") return 0;
    const memory = utilization.dram * device.memory.bytesPerSecond * energyConstants(device, at).perDramByte;
    return peakBlocks(device, at).reduce((sum, { name, watts }) => {
      const resource = BLOCK_RESOURCES[name];
      return resource === undefined ? sum : sum + utilization[resource] * watts;
    }, memory);
  };
  const meanWatts = (at: Figures<PowerName>) =>
    meanOverDevices(serving, ({ device }) => busyWatts(device, at));
  const usual = meanWatts(DEFAULT_POWER);
  return usual > 0 ? meanWatts(figures) / usual : 1;
}
