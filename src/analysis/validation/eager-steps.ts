import { layerCount } from "../../models/llm-model.ts";
import { underSustainedLoad } from "../../hardware/conditions.ts";
import { withLibraryCollectives, type EagerEngine } from "./engines.ts";
import { stepSeconds, type StepBatch } from "./step-seconds.ts";
import { MeasuredSystems } from "./systems.ts";

/** How fast the host beside a device is, relative to that of the A100 nodes (fitted to the same floor of decode steps). */
const HOST_SPEED: Readonly<Record<string, number>> = { h100: 1.55 };

/** Steps under an engine that launches every kernel, on devices that are busy for long. */
export class EagerSteps {
  readonly systems = new MeasuredSystems({
    adapt: (device) => {
      const { overheads, ...busy } = withLibraryCollectives(underSustainedLoad(device));
      return { ...busy, overheads: { ...overheads, hostSecondsPerStep: 0 } };
    },
  });
  readonly #engine: EagerEngine;

  constructor(engine: EagerEngine) {
    this.#engine = engine;
  }

  /** Seconds of one step of the model on `tensorParallel` devices: the slower of launching and running its kernels, and host work. */
  seconds(device: string, model: string, tensorParallel: number, batch: StepBatch): number {
    const { prompts, decodeSequences = 0 } = batch;
    const { launchSecondsPerLayer, hostSecondsPerPromptStep, hostSecondsPerSequence } = this.#engine;
    const hostSpeed = HOST_SPEED[this.systems.presetName(device)] ?? 1;
    const launch = launchSecondsPerLayer * layerCount(this.systems.model(device, model));
    const host =
      hostSecondsPerSequence * (prompts + decodeSequences) + (prompts > 0 ? hostSecondsPerPromptStep : 0);
    const running = stepSeconds(this.systems.stepCost(device, model, tensorParallel), batch);
    return Math.max(running, launch / hostSpeed) + host / hostSpeed;
  }
}
