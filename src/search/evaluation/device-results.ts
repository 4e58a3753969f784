import { deviceAreaMm2 } from "../../hardware/area.ts";
import { deviceCost } from "../../hardware/cost/device-cost.ts";
import type { Device } from "../../hardware/device.ts";
import { idleWatts, peakWatts } from "../../hardware/power.ts";
import { deviceCount } from "../../models/parallelism.ts";
import type { Replicas, System } from "../../scenario/scenario.ts";
import { knownResults, type CountedDevices, type KnownResults } from "../known-results.ts";
import type { Results } from "./results.ts";

export type ServiceResults = Omit<
  Results,
  keyof KnownResults | "goodput_per_mm2" | "goodput_per_w" | "goodput_per_dollar"
>;

/** Equal devices of a system. */
export interface DeviceGroup {
  /** Name of their pool; undefined in a system without pools. */
  readonly pool: string | undefined;
  readonly device: Device;
  readonly count: number;
}

/** The devices of a system, pool by pool. */
export function deviceGroupsOf(system: System): DeviceGroup[] {
  const group = (pool: string | undefined, { device, replicas, parallelism }: Replicas) => ({
    ...{ pool, device },
    count: replicas * deviceCount(parallelism),
  });
  return system.pools?.map((pool) => group(pool.name, pool)) ?? [group(undefined, system)];
}

/** Area, power and money of one device. */
export function figuresOfDevice(device: Device): Omit<CountedDevices, "count"> {
  const { dieDollars, priceDollars } = deviceCost(device);
  return {
    ...{ areaMm2: deviceAreaMm2(device).totalMm2, peakWatts: peakWatts(device) },
    ...{ dieDollars, priceDollars },
  };
}

/** What follows from a system alone. */
export function deviceResultsOf(system: System): KnownResults {
  return knownResults(
    deviceGroupsOf(system).map(({ device, count }) => ({ ...figuresOfDevice(device), count })),
  );
}

/** What follows from a system alone joined to how it serves. */
export function withDeviceResults(known: KnownResults, service: ServiceResults): Results {
  const goodput = service.goodput_at_slo_rps;
  const per = (amount: number) => (goodput === null ? null : goodput / amount);
  return {
    ...service,
    goodput_per_mm2: per(known.area_mm2),
    goodput_per_w: per(known.peak_w),
    goodput_per_dollar: per(known.price_dollars),
    ...known,
  };
}

/** Watts of all devices of a system that do nothing. */
export function idleWattsOf(system: System): number {
  return deviceGroupsOf(system).reduce((sum, { device, count }) => sum + idleWatts(device) * count, 0);
}
