import { deviceAreaMm2 } from "../../hardware/area.ts";
import { deviceCost } from "../../hardware/cost/device-cost.ts";
import { peakWatts } from "../../hardware/power.ts";
import { deviceCount } from "../../models/parallelism.ts";
import type { System } from "../../scenario/scenario.ts";
import type { Results } from "./results.ts";

type DeviceResults = Pick<Results, "devices" | "area_mm2" | "peak_w" | "die_dollars" | "price_dollars">;
export type ServiceResults = Omit<
  Results,
  keyof DeviceResults | "goodput_per_mm2" | "goodput_per_w" | "goodput_per_dollar"
>;

/** What follows from a system alone joined to how it serves. */
export function withDeviceResults(system: System, service: ServiceResults): Results {
  const { device, replicas, parallelism } = system;
  const devices = replicas * deviceCount(parallelism);
  const areaMm2 = deviceAreaMm2(device).totalMm2 * devices;
  const watts = peakWatts(device) * devices;
  const { dieDollars, priceDollars } = deviceCost(device);
  const goodput = service.goodput_at_slo_rps;
  const per = (amount: number) => (goodput === null ? null : goodput / amount);
  return {
    ...service,
    goodput_per_mm2: per(areaMm2),
    goodput_per_w: per(watts),
    goodput_per_dollar: per(priceDollars * devices),
    devices,
    area_mm2: areaMm2,
    peak_w: watts,
    die_dollars: dieDollars,
    price_dollars: priceDollars * devices,
  };
}
