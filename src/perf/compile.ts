import { checkDevice } from "../hardware/limits.ts";
import type { Device } from "../hardware/device.ts";
import { windowClasses, type LlmModel, type Precision } from "../models/llm-model.ts";
import { checkTensorParallel } from "../models/parallelism.ts";
import { CompiledStepCost } from "./compiled-step-cost.ts";
import { gpuMachine } from "./gpu/gpu-machine.ts";
import { hdaMachine } from "./hda/hda-machine.ts";
import { stepOperators } from "./operators.ts";
import type { StepCost } from "./step-cost.ts";

export interface StepCostRequest {
  readonly model: LlmModel;
  readonly device: Device;
  /** Devices over which every layer is split. */
  readonly tensorParallel: number;
  readonly precision: Precision;
}

/**
 * The cost of any step of one replica of `tensorParallel` devices.
 * @throws InputError for a split that the model does not allow, a device that cannot exist, or a model with experts or
 * latent attention
 */
export function compileStepCost({ model, device, tensorParallel, precision }: StepCostRequest): StepCost {
  checkTensorParallel(model, tensorParallel);
  checkDevice(device);
  const machine =
    device.kind === "gpu"
      ? gpuMachine(device, tensorParallel, precision)
      : hdaMachine(device, tensorParallel);
  const operators = stepOperators(model, tensorParallel, precision);
  return new CompiledStepCost(machine, operators, windowClasses(model));
}
