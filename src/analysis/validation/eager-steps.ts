import type { GpuDevice } from "../../hardware/device.ts";
import { layerCount } from "../../models/llm-model.ts";
import { underSustainedLoad } from "../../hardware/conditions.ts";
import { withEagerHost, withLibraryCollectives, type EagerEngine } from "./engines.ts";
import { stepSeconds, type StepBatch } from "./step-seconds.ts";
import { MeasuredSystems } from "./systems.ts";

/** How fast the host beside a device is, relative to that of the A100 nodes (fitted to the same floor of decode steps). */
const HOST_SPEED: Readonly<Record<string, number>> = { h100: 1.55 };

/** The device as such an engine leaves it: busy for long, without an all-reduce of the engine's own; host work comes on top. */
export function eagerDevice(device: GpuDevice): GpuDevice {
  const { overheads, ...busy } = withLibraryCollectives(underSustainedLoad(device));
  return { ...busy, overheads: { ...overheads, hostSecondsPerStep: 0 } };
}

/** Steps under an engine that launches every kernel, on devices that are busy for long. */
export class EagerSteps {
  readonly systems = new MeasuredSystems({
    adapt: eagerDevice,
  });
  readonly #engine: EagerEngine;

  constructor(engine: EagerEngine) {
    this.#engine = engine;
  }

  /** Seconds of one step of the model on `tensorParallel` devices: the slower of launching and running its kernels, and host work. */
  seconds(device: string, model: string, tensorParallel: number, batch: StepBatch): number {
    const hostSpeed = HOST_SPEED[this.systems.presetName(device)] ?? 1;
    const layers = layerCount(this.systems.model(device, model));
    const cost = this.systems.stepCost(device, model, tensorParallel);
    return stepSeconds(withEagerHost(cost, this.#engine, layers, hostSpeed), batch);
  }
}
