import { checkDevice } from "../hardware/limits.ts";
import type { Device } from "../hardware/device.ts";
import { windowClasses, type LlmModel, type Precision } from "../models/llm-model.ts";
import { checkParallelism, deviceCount, type Parallelism } from "../models/parallelism.ts";
import { CompiledStepCost } from "./compiled-step-cost.ts";
import { gpuMachine } from "./gpu/gpu-machine.ts";
import { ProfiledStepCost } from "./profile/profiled-step-cost.ts";
import type { StepProfile } from "./profile/step-profile.ts";
import type { ExpertSkew } from "./expert-load.ts";
import { hdaMachine } from "./hda/hda-machine.ts";
import type { Machine } from "./machine.ts";
import type { TensorParallelStyle } from "./operator-makers.ts";
import { stepOperators } from "./step-operators.ts";
import type { StepCost } from "./step-cost.ts";

export interface StepCostRequest {
  readonly model: LlmModel;
  readonly device: Device;
  /** How the replica is cut over its devices. */
  readonly parallelism: Parallelism;
  readonly precision: Precision;
  /** `all-reduce` when left out. */
  readonly tensorParallelStyle?: TensorParallelStyle;
  /** How tokens spread over experts; `uniform` when left out. */
  readonly expertSkew?: ExpertSkew;
  /** Seconds of steps as measured, instead of those of the model. */
  readonly profile?: StepProfile | undefined;
}

/**
 * The cost of any step of one replica.
 * @throws InputError for a split that the model does not allow, or a device that cannot exist
 */
export function compileStepCost(request: StepCostRequest): StepCost {
  const model = compileModel(request);
  return request.profile === undefined ? model : new ProfiledStepCost(model, request.profile);
}

const compiled = new WeakMap<StepCostRequest, StepCost>();

/**
 * The same, worked out once for as long as the request lives: what a run has filled of its tables serves the next one.
 * @throws InputError as `compileStepCost`
 */
export function stepCostOf(request: StepCostRequest): StepCost {
  let cost = compiled.get(request);
  if (cost === undefined) compiled.set(request, (cost = compileStepCost(request)));
  return cost;
}

/** The cost of the analytical model, whatever was measured. */
export function compileModel(request: StepCostRequest): CompiledStepCost {
  const { model, device, parallelism, precision } = request;
  const { tensorParallelStyle = "all-reduce", expertSkew = { kind: "uniform" } } = request;
  checkParallelism(model, parallelism);
  checkDevice(device);
  const machine = machineOf(device, deviceCount(parallelism), precision);
  const operators = stepOperators({ model, parallelism, precision, tensorParallelStyle, expertSkew });
  return new CompiledStepCost(machine, operators, windowClasses(model), parallelism);
}

/** One of `devices` devices that work on the same steps. */
export function machineOf(device: Device, devices: number, precision: Precision): Machine {
  return device.kind === "gpu" ? gpuMachine(device, devices, precision) : hdaMachine(device, devices);
}
