import { InputError } from "../../core/errors.ts";
import { findDevice } from "../../hardware/catalog.ts";
import type { GpuDevice } from "../../hardware/device.ts";
import { findModel } from "../../models/catalog.ts";
import type { LlmModel } from "../../models/llm-model.ts";
import { SINGLE_DEVICE, type Parallelism } from "../../models/parallelism.ts";
import { BF16, type Precision } from "../../models/precision.ts";
import { compileStepCost, machineOf } from "../../perf/compile.ts";
import type { Machine } from "../../perf/machine.ts";
import type { AttentionHeads, Elementwise, StepOperators } from "../../perf/operators.ts";
import type { StepCost } from "../../perf/step-cost.ts";
import { stepOperators } from "../../perf/step-operators.ts";
import { Unmodelled } from "./dataset.ts";
import { DEVICE_ALIASES, MODEL_ALIASES } from "./names.ts";

/** The devices and models of one file as the simulator knows them; each is built once. */
export class MeasuredSystems {
  readonly #aliases: Readonly<Record<string, string>>;
  readonly #adapt: (device: GpuDevice) => GpuDevice;
  readonly #devices = new Map<string, GpuDevice>();
  readonly #machines = new Map<string, Machine>();
  readonly #operators = new Map<string, StepOperators>();
  readonly #costs = new Map<string, StepCost>();

  /**
   * @param aliases what device names mean in this file where they mean something else elsewhere; in lower case
   * @param adapt puts a device under the conditions of the measurement
   */
  constructor({
    aliases = {},
    adapt = (device) => device,
  }: {
    readonly aliases?: Readonly<Record<string, string>>;
    readonly adapt?: (device: GpuDevice) => GpuDevice;
  } = {}) {
    this.#aliases = { ...DEVICE_ALIASES, ...aliases };
    this.#adapt = adapt;
  }

  /** Catalog name of a device, whether the catalog has it or not. */
  presetName(written: string): string {
    const key = written.toLowerCase();
    return this.#aliases[key] ?? key;
  }

  /** @throws Unmodelled for a device that is not described, or is no GPU */
  device(written: string): GpuDevice {
    return remembered(this.#devices, written, () => {
      const device = described(written, "", () => findDevice(this.presetName(written)));
      if (device.kind === "gpu") return this.#adapt(device);
      throw new Unmodelled(written, "", "the device is no GPU");
    });
  }

  /** @throws Unmodelled for a model that is not described */
  model(device: string, written: string): LlmModel {
    const alias = MODEL_ALIASES[written.toLowerCase()];
    return described(device, written, () => findModel(alias ?? written));
  }

  /** One of `devices` that work together, operator by operator. */
  machine(device: string, devices = 1, precision: Precision = BF16): Machine {
    return remembered(this.#machines, keyOf(device, devices, precision), () =>
      machineOf(this.device(device), devices, precision),
    );
  }

  /** What a step of the model runs on one of `tensorParallel` devices. */
  operators(device: string, model: string, tensorParallel: number): StepOperators {
    return remembered(this.#operators, keyOf(model, tensorParallel), () => {
      const split = {
        ...{ model: this.model(device, model), parallelism: { ...SINGLE_DEVICE, tensorParallel } },
        ...({
          precision: BF16,
          tensorParallelStyle: "all-reduce",
          expertSkew: { kind: "balanced" },
        } as const),
      };
      return described(device, model, () => stepOperators(split));
    });
  }

  /** Heads of the model's attention on one device. @throws Unmodelled for attention of another kind */
  attentionHeads(device: string, model: string, tensorParallel: number): AttentionHeads {
    for (const { mixer } of this.operators(device, model, tensorParallel).attentionGroups) {
      if (mixer.kind === "grouped") return mixer;
    }
    throw new Unmodelled(device, model, "attention without grouped queries");
  }

  /** The elementwise operator of a step by its name. @throws Unmodelled where the model has none of that name */
  elementwise(device: string, model: string, tensorParallel: number, name: string): Elementwise {
    const { beforeAttention, afterAttention, logits } = this.operators(device, model, tensorParallel);
    const operator = [...beforeAttention, ...afterAttention, ...logits].find((known) => known.name === name);
    if (operator?.kind === "elementwise") return operator;
    throw new Unmodelled(device, model, `operator ${name}`);
  }

  /** Whole steps of the model on `tensorParallel` devices. */
  stepCost(device: string, model: string, tensorParallel: number): StepCost {
    return this.systemCost(device, model, { ...SINGLE_DEVICE, tensorParallel }, BF16);
  }

  /** The same of any replica. */
  systemCost(device: string, model: string, parallelism: Parallelism, precision: Precision): StepCost {
    return remembered(this.#costs, keyOf(device, model, parallelism, precision), () => {
      const [gpu, shape] = [this.device(device), this.model(device, model)];
      return described(device, model, () =>
        compileStepCost({ model: shape, device: gpu, precision, parallelism }),
      );
    });
  }
}

/** What the catalogs and the cost model refuse is not described there. */
export function described<T>(device: string, model: string, find: () => T): T {
  try {
    return find();
  } catch (error) {
    if (error instanceof InputError) throw new Unmodelled(device, model, error.problems[0]!.message);
    throw error;
  }
}

function remembered<T>(known: Map<string, T>, key: string, make: () => T): T {
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = make()));
  return value;
}

function keyOf(...parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}
