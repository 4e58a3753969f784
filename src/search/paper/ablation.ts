import { deviceAreaMm2 } from "../../hardware/area.ts";
import type { Device, GpuDevice, HdaDevice } from "../../hardware/device.ts";
import { decodeSeconds, onDevice, type Choices } from "./contenders.ts";
import { IDEAS, withinLimitsOf, without } from "./ideas.ts";

/** One system of an ablation. */
export interface AblatedSystem {
  readonly key: string;
  /** What differs from the system before, or is off. */
  readonly label: string;
  /** TBT at the largest batch and the mean context. */
  readonly tbtSeconds: number;
  /** Largest rate within the scenario's service level. */
  readonly requestsPerSecond: number;
  /** Area of one device that counts here. */
  readonly areaMm2: number;
}

/** Where the gain over the baseline comes from. */
export interface Ablation {
  /** From the baseline under an engine of its day to the found design, each with one thing more than the one before. */
  readonly ladder: readonly AblatedSystem[];
  /** The found design with one thing off at a time, all at the area of the found design but for the last. */
  readonly alone: readonly AblatedSystem[];
}

interface AblationRequest {
  readonly found: Choices;
  readonly baseline: Choices;
  readonly of2023: Choices;
  readonly batch: number;
  readonly contextTokens: number;
  readonly rate: (choices: Choices) => number;
}

/** Turns the ideas of the found design on one after the other, and off one at a time. */
export function ablationOf(request: AblationRequest): Ablation {
  const { found, baseline, of2023, batch, contextTokens, rate } = request;
  const design = deviceOf(found) as HdaDevice;
  const gpu = deviceOf(baseline) as GpuDevice;
  const [ownArea, gpuArea] = [design, gpu].map((device) => deviceAreaMm2(device).totalMm2) as [
    number,
    number,
  ];
  const at = (key: string, label: string, choices: Choices, areaMm2: number): AblatedSystem => ({
    ...{ key, label, areaMm2 },
    tbtSeconds: decodeSeconds(choices.variants[0]!, batch, contextTokens),
    requestsPerSecond: rate(choices),
  });
  const around = (device: Device) => onDevice(found.name, systemsOf(found), device);
  const limited = onDevice(gpu.name, systemsOf(baseline), withinLimitsOf(design, gpu));
  const stages = IDEAS.map(({ key, label }, i) =>
    at(key, label, around(without(IDEAS.slice(i + 1), design, gpu)), gpuArea),
  );
  const whole = stages.at(-1)!;
  return {
    ladder: [
      at("engine_2023", `${gpu.name}, engine of 2023`, of2023, gpuArea),
      at("engine_today", "today's engine", baseline, gpuArea),
      at("limits", "within the design's bandwidth limits", limited, gpuArea),
      at("units", "dataflow units instead of SMs", around(without(IDEAS, design, gpu)), gpuArea),
      ...stages,
      { ...whole, key: "area", label: "the design's own area", areaMm2: ownArea },
    ],
    alone: [
      ...IDEAS.map((idea) => at(idea.key, idea.label, around(idea.off(design, gpu)), ownArea)),
      { ...whole, key: "area", label: "the design's own area", areaMm2: gpuArea },
    ],
  };
}

function deviceOf({ variants }: Choices): Device {
  return variants[0]!.system.device;
}

function systemsOf({ variants }: Choices) {
  return variants.map(({ system }) => system);
}
