import { deviceAreaBand, deviceAreaMm2 } from "../../hardware/area.ts";
import { LLMCOMPASS_AREA } from "../../hardware/llmcompass-area.ts";
import type { PaperSystem } from "./paper-case.ts";
import type { Service } from "./service.ts";

/** How many times better one system is than another; null where the other does nothing at all, or a cache does not hold the batch. */
export interface Gains {
  /** TBT at the largest batch and the mean context. */
  readonly tbt: number | null;
  /** mm² of the other for each mm² of this one. */
  readonly area: number;
  /** Output tokens a second and mm² in that step. */
  readonly areaEfficiency: number | null;
  /** At the scenario's own service level. */
  readonly requests: number | null;
  readonly requestsPerMm2: number | null;
  readonly users: number | null;
  readonly tokensPerJoule: number | null;
}

/** @param level of the sweep at which services are compared */
export function gainsOf(system: PaperSystem, other: PaperSystem, level: number): Gains {
  const area = areaOf(other) / areaOf(system);
  const tbt = ratio(other.tbtSeconds, system.tbtSeconds);
  const service = (of: (service: Service) => number | null) =>
    ratio(of(system.services[level]!), of(other.services[level]!));
  const requests = service(({ requestsPerSecond }) => requestsPerSecond);
  return {
    ...{ tbt, area, requests },
    areaEfficiency: tbt === null ? null : tbt * area,
    requestsPerMm2: requests === null ? null : requests * area,
    users: service(({ concurrentUsers }) => concurrentUsers),
    tokensPerJoule: service(({ tokensPerJoule }) => tokensPerJoule),
  };
}

/** mm² of one device. */
export function areaOf({ device }: PaperSystem): number {
  return deviceAreaMm2(device).totalMm2;
}

/**
 * Area efficiency over another system if every uncertain constant of the area erred against the design, and for it; and with
 * the constants of LLMCompass.
 */
export function areaEfficiencyBand(system: PaperSystem, other: PaperSystem) {
  const tbt = ratio(other.tbtSeconds, system.tbtSeconds);
  const { low, high } = deviceAreaBand(system.device);
  const at = (mm2: number) => (tbt === null ? null : (tbt * areaOf(other)) / mm2);
  return {
    low: at(high),
    high: at(low),
    llmcompass: at(deviceAreaMm2(system.device, LLMCOMPASS_AREA).totalMm2),
  };
}

function ratio(above: number | null, below: number | null): number | null {
  return above === null || below === null || below === 0 ? null : above / below;
}
