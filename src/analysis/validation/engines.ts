import type { GpuDevice } from "../../hardware/device.ts";
import type { StepCost, StepShape } from "../../perf/step-cost.ts";

/** A serving engine of a certain time that replays captured graphs, as far as steps and memory depend on it. */
export interface Engine {
  /** Seconds of host work per step that the device waits for. */
  readonly hostSecondsPerStep: number;
  /** Seconds of such work for each sequence of the step. */
  readonly hostSecondsPerSequence: number;
  /** Seconds of its small kernels, where it fuses most of them into others; those of the device when left out. */
  readonly launchSeconds?: number;
  /** It has an all-reduce in which devices read each other's memory. */
  readonly directAllReduce: boolean;
  /** Share of the device memory that it uses (0..1). */
  readonly gpuMemoryUtilization: number;
  /** Bytes per device that are neither weights nor activations nor cache: contexts, communication buffers, graphs. */
  readonly reservedBytes: number;
}

/** The device with the links that engines without an all-reduce of their own have: the library's (NCCL). */
export function withLibraryCollectives(device: GpuDevice): GpuDevice {
  const { direct: _direct, ...links } = device.links;
  return { ...device, links };
}

/** The device under an engine's host work and with its collectives. */
export function underEngine(engine: Engine, device: GpuDevice): GpuDevice {
  const { hostSecondsPerStep, launchSeconds = device.overheads.launchSeconds } = engine;
  const overheads = { ...device.overheads, hostSecondsPerStep, launchSeconds };
  return { ...(engine.directAllReduce ? device : withLibraryCollectives(device)), overheads };
}

/** The same cost with an engine's work for each sequence of a step. */
export function withSequenceWork(cost: StepCost, { hostSecondsPerSequence }: Engine): StepCost {
  const sequences = (shape: StepShape): number => shape.decodeSequences + shape.chunkCount;
  return {
    windowTokens: cost.windowTokens,
    openUse: () => cost.openUse(),
    step: (shape, use) => cost.step(shape, use) + hostSecondsPerSequence * sequences(shape),
    decodeRamp(shape, windowGrowth, ramp) {
      cost.decodeRamp(shape, windowGrowth, ramp);
      ramp.seconds += hostSecondsPerSequence * sequences(shape);
    },
    useRamp: (shape, windowGrowth, steps, use) => {
      cost.useRamp(shape, windowGrowth, steps, use);
    },
    charges: (use) => cost.charges(use),
    rooflineSeconds: (shape) => cost.rooflineSeconds(shape),
    hostSeconds: (shape) => cost.hostSeconds(shape) + hostSecondsPerSequence * sequences(shape),
    collectiveSeconds: (shape) => cost.collectiveSeconds(shape),
    explain: (shape) => cost.explain(shape),
  };
}

/** An engine that launches every kernel from Python, which goes on while the device works. */
export interface EagerEngine {
  /** Seconds in which the host launches the kernels of one layer. */
  readonly launchSecondsPerLayer: number;
  /** Seconds of host work that the device waits for, in a step with prompts and for each sequence. */
  readonly hostSecondsPerPromptStep: number;
  readonly hostSecondsPerSequence: number;
}

/**
 * vLLM before CUDA graphs, and engines that descend from it (2023 and early 2024). Fitted on nodes with A100: decode steps
 * of few sequences take 45 ms for 80 layers however many GPUs share the weights, and 0.3 ms more for each sequence
 * (Mutinifni/splitwise-sim); a prompt's steps take some 15 ms more than their kernels (the same and microsoft/sarathi-serve).
 */
export const EAGER_VLLM: EagerEngine = {
  launchSecondsPerLayer: 0.58e-3,
  hostSecondsPerPromptStep: 15e-3,
  hostSecondsPerSequence: 0.3e-3,
};

/**
 * The same cost under an engine that launches the kernels of `layers` layers one by one: the slower of launching and running
 * them, and host work.
 * @param hostSpeed of the host, relative to that on which the engine was measured
 */
export function withEagerHost(cost: StepCost, engine: EagerEngine, layers: number, hostSpeed = 1): StepCost {
  const launchSeconds = (engine.launchSecondsPerLayer * layers) / hostSpeed;
  const hostSeconds = ({ decodeSequences, chunkCount }: StepShape): number =>
    (engine.hostSecondsPerSequence * (decodeSequences + chunkCount) +
      (chunkCount > 0 ? engine.hostSecondsPerPromptStep : 0)) /
    hostSpeed;
  return {
    windowTokens: cost.windowTokens,
    openUse: () => cost.openUse(),
    step: (shape, use) => Math.max(cost.step(shape, use), launchSeconds) + hostSeconds(shape),
    decodeRamp(shape, windowGrowth, ramp) {
      cost.decodeRamp(shape, windowGrowth, ramp);
      const early = launchSeconds - ramp.seconds;
      if (early > 0) {
        // Launching takes longest until the context has grown so far.
        if (ramp.secondsPerStep > 0)
          ramp.steps = Math.min(ramp.steps, Math.floor(early / ramp.secondsPerStep) + 1);
        ramp.seconds = launchSeconds;
        ramp.secondsPerStep = 0;
      }
      ramp.seconds += hostSeconds(shape);
    },
    useRamp: (shape, windowGrowth, steps, use) => {
      cost.useRamp(shape, windowGrowth, steps, use);
    },
    charges: (use) => cost.charges(use),
    rooflineSeconds: (shape) => cost.rooflineSeconds(shape),
    hostSeconds(shape) {
      const waiting = Math.max(0, launchSeconds - cost.step(shape, cost.openUse()));
      return cost.hostSeconds(shape) + waiting + hostSeconds(shape);
    },
    collectiveSeconds: (shape) => cost.collectiveSeconds(shape),
    explain: (shape) => cost.explain(shape),
  };
}
