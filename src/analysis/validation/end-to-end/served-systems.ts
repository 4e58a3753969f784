import type { LlmModel } from "../../../models/llm-model.ts";
import type { Parallelism } from "../../../models/parallelism.ts";
import { precisionOf, type Formats } from "../../../models/precision.ts";
import { multipliesNatively } from "../../../hardware/limits.ts";
import type { StepCost } from "../../../perf/step-cost.ts";
import { sizeKvPool } from "../../../serving/kv-pool-size.ts";
import { Unmodelled } from "../dataset.ts";
import { underEngine, withSequenceWork } from "../engines.ts";
import { described, MeasuredSystems } from "../systems.ts";
import { scheduling, SERVING_ENGINES, type ServingEngine } from "./serving-engines.ts";

/** Devices, model and engine of a measured deployment, as its files spell them. */
export interface Deployment {
  readonly gpu: string;
  readonly backend: string;
  readonly model: string;
  /** Format of the weights, or that of the checkpoint where it is none that is known. */
  readonly weights: string;
  readonly parallelism: Parallelism;
  /** Steps are prepared while the last one runs. */
  readonly schedulesAhead: boolean;
}

/** A deployment that the simulator can run. */
export interface ServedSystem {
  readonly engine: ServingEngine;
  readonly model: LlmModel;
  readonly cost: StepCost;
  /** KV blocks that its memory holds. @throws Unmodelled when the model does not fit */
  readonly kvBlocks: (settings: KvSettings) => number;
}

export interface KvSettings {
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly blockSize: number;
  /** That of the engine where a measurement does not say. */
  readonly gpuMemoryUtilization?: number;
}

/** `gpu/backend/model/weights`, the name under which a system is scored. */
export function systemName({
  gpu,
  backend,
  model,
  weights,
}: Pick<Deployment, "gpu" | "backend" | "model" | "weights">): string {
  return [gpu, backend, model, weights].join("/");
}

/** Most devices that one node connects; between nodes nothing is modelled. */
const NODE_DEVICES = 8;

/** The deployments of one folder of measurements; costs are compiled once. */
export class ServedSystems {
  readonly #systems = new Map<string, MeasuredSystems>();
  readonly #served = new Map<string, ServedSystem>();

  /** @throws Unmodelled for a device, backend, model, format or parallelism that is not described */
  served(deployment: Deployment): ServedSystem {
    const key = JSON.stringify(deployment);
    let served = this.#served.get(key);
    if (served === undefined) this.#served.set(key, (served = this.#serve(deployment)));
    return served;
  }

  #serve(deployment: Deployment): ServedSystem {
    const { gpu, backend, model: written, weights, parallelism, schedulesAhead } = deployment;
    const known = SERVING_ENGINES[backend];
    if (known === undefined) throw new Unmodelled(gpu, written, `backend ${backend}`);
    const engine = scheduling(known, schedulesAhead);
    const devices =
      parallelism.tensorParallel * parallelism.dataParallelAttention * parallelism.pipelineParallel;
    if (devices > NODE_DEVICES) throw new Unmodelled(gpu, written, "links between nodes");
    const systems = this.#underEngine(`${backend} ${schedulesAhead}`, engine);
    const device = systems.device(gpu);
    const model = systems.model(gpu, written);
    const formats = formatsOf(weights, model, engine);
    const { activations = "bf16" } = formats;
    const precision = precisionOf({
      ...formats,
      activations: multipliesNatively(device, activations) ? activations : "bf16",
    });
    const cost = withSequenceWork(systems.systemCost(gpu, written, parallelism, precision), engine);
    const { gpuMemoryUtilization: usual, reservedBytes } = engine;
    const reserved = reservedBytes / device.memory.capacityBytes;
    const kvBlocks = ({ gpuMemoryUtilization = usual, ...settings }: KvSettings): number =>
      described(gpu, written, () =>
        sizeKvPool({
          ...{ model, device, parallelism, precision, ...settings },
          gpuMemoryUtilization: gpuMemoryUtilization - reserved,
        }),
      ).blocks;
    return { engine, model, cost, kvBlocks };
  }

  #underEngine(key: string, engine: ServingEngine): MeasuredSystems {
    let systems = this.#systems.get(key);
    if (systems === undefined) {
      systems = new MeasuredSystems({ adapt: (device) => underEngine(engine, device) });
      this.#systems.set(key, systems);
    }
    return systems;
  }
}

const FP8: Partial<Formats> = { weights: "fp8", experts: "fp8", activations: "fp8" };

/** What a label such as `fp8` means for a checkpoint: which of its matrices and operands are that narrow. */
function formatsOf(weights: string, { checkpoint }: LlmModel, engine: ServingEngine): Partial<Formats> {
  const kv: Partial<Formats> = { kv: engine.narrowKv };
  switch (weights) {
    case "fp8":
      return { ...FP8, ...kv };
    case "fp4":
      // Released in MXFP4, or converted to NVFP4 with the attention of expert models left in fp8.
      return checkpoint?.experts === "mxfp4" ? checkpoint : { ...nvfp4(checkpoint), ...kv };
    case "int4":
      return checkpoint?.experts?.startsWith("int4") === true ? checkpoint : { weights: "int4" };
    case "bfloat16":
    case "float16":
    case "bf16":
    case "fp16":
      return {};
    default:
      return { ...checkpoint };
  }
}

function nvfp4(checkpoint: Partial<Formats> | undefined): Partial<Formats> {
  return checkpoint === undefined
    ? { weights: "fp4", activations: "fp4" }
    : { experts: "fp4", activations: "fp4" };
}
