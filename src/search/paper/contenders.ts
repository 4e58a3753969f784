import { eagerDevice } from "../../analysis/validation/eager-steps.ts";
import { EAGER_VLLM, withEagerHost } from "../../analysis/validation/engines.ts";
import { decodeBatch, stepRooflineSeconds, stepSeconds } from "../../analysis/validation/step-seconds.ts";
import type { Device, GpuDevice } from "../../hardware/device.ts";
import { layerCount } from "../../models/llm-model.ts";
import { compileStepCost, stepCostOf } from "../../perf/compile.ts";
import type { System } from "../../scenario/scenario.ts";
import type { Contender } from "./service.ts";

/** A system with each of the serving settings that it may choose among; at least one. */
export interface Choices {
  readonly name: string;
  readonly variants: readonly Contender[];
}

/** The same systems around another device. */
export function onDevice(name: string, systems: readonly System[], device: Device): Choices {
  return { name, variants: systems.map((system) => ({ system: { ...system, device } })) };
}

/** What the constants of the engine of 2023 rest on (Mutinifni/splitwise-sim, measured iterations). */
export const ENGINE_OF_2023_FITTED =
  "fitted to steps of models of 70B and more in batches up to 64, extrapolated beyond";

/**
 * A GPU under an engine of 2023, as fitted to measured steps: every kernel launched from Python, whole prompts before
 * decodes, the library's collectives.
 */
export function underEngineOf2023(name: string, system: System, gpu: GpuDevice): Choices {
  const { engine } = system;
  const eager: System = {
    ...{ ...system, device: eagerDevice(gpu), scheduler: { policy: "vllm-v0" } },
    engine: {
      ...engine,
      enableChunkedPrefill: false,
      maxNumBatchedTokens: Math.max(engine.maxNumBatchedTokens, engine.maxModelLen),
    },
  };
  const cost = withEagerHost(compileStepCost(eager), EAGER_VLLM, layerCount(system.model));
  return { name, variants: [{ system: eager, cost }] };
}

/** Seconds between the tokens of `batch` sequences that decode together, each attending to so many tokens. */
export function decodeSeconds({ system, cost }: Contender, batch: number, contextTokens: number): number {
  return stepSeconds(cost ?? stepCostOf(system), decodeBatch(batch, contextTokens));
}

/** Seconds that such a step cannot beat at the peak bandwidth and arithmetic of the device. */
export function decodeRooflineSeconds({ system }: Contender, batch: number, contextTokens: number): number {
  return stepRooflineSeconds(stepCostOf(system), decodeBatch(batch, contextTokens));
}

/** Whether the KV cache of a replica holds such a batch. */
export function fits({ system }: Contender, batch: number, contextTokens: number): boolean {
  const { kvBlocks, blockSize } = system.engine;
  return batch * Math.ceil(contextTokens / blockSize) <= kvBlocks;
}
