import fc from "fast-check";
import { DEVICES } from "../../src/hardware/catalog.ts";
import type { Device, GpuDevice } from "../../src/hardware/device.ts";
import { findModel } from "../../src/models/catalog.ts";
import { BF16, type LlmModel, type Precision } from "../../src/models/llm-model.ts";
import { checkParallelism, type Parallelism } from "../../src/models/parallelism.ts";
import { precisionOf } from "../../src/models/precision.ts";
import { compileStepCost, type StepCostRequest } from "../../src/perf/compile.ts";
import type { ExpertSkew } from "../../src/perf/expert-load.ts";
import { TENSOR_PARALLEL_STYLES } from "../../src/perf/operator-makers.ts";
import { StepShape, type StepCost } from "../../src/perf/step-cost.ts";

/** How a replica of each model may be cut: tensor, pipeline, expert parallelism and attention groups. */
type Cut = readonly [tensor: number, pipeline: number, expert: number, attention: number];
const DENSE_CUTS: readonly Cut[] = [
  [1, 1, 1, 1],
  [2, 1, 1, 1],
  [4, 1, 1, 1],
  [1, 4, 1, 1],
];
const EXPERT_CUTS: readonly Cut[] = [
  [1, 1, 1, 1],
  [4, 1, 1, 1],
  [4, 1, 4, 1],
  [2, 3, 2, 2],
  [1, 1, 8, 8],
];

/**
 * Models that differ in what matters: GQA, MHA, windows everywhere, window classes, biases, one KV head; experts, latent
 * attention, with a sparse indexer, linear attention.
 */
const cutModel = fc.oneof(
  drawnFrom(
    ["llama-3.1-8b", "llama-2-7b", "mistral-7b-v0.1", "gemma-3-27b", "gemma-2-9b", "opt-13b", "gemma-3-1b"],
    DENSE_CUTS,
  ),
  drawnFrom(["mixtral-8x7b", "gpt-oss-20b", "deepseek-v2-lite", "qwen3-30b-a3b"], EXPERT_CUTS),
  drawnFrom(["glm-5", "deepseek-v3", "qwen3.5-397b-a17b"], EXPERT_CUTS),
);

function drawnFrom(names: readonly string[], cuts: readonly Cut[]) {
  const parallelism = fc
    .constantFrom(...cuts)
    .map(([tensorParallel, pipelineParallel, expertParallel, dataParallelAttention]): Parallelism => {
      return { tensorParallel, pipelineParallel, expertParallel, dataParallelAttention };
    });
  return fc
    .record({ model: fc.constantFrom(...names.map(findModel)), parallelism })
    .filter(({ model, parallelism: cut }) => fits(model, cut));
}

function fits(model: LlmModel, parallelism: Parallelism): boolean {
  try {
    checkParallelism(model, parallelism);
    return true;
  } catch {
    return false;
  }
}

/** Catalog devices with resources scaled, so that every resource is the bottleneck somewhere. */
const device: fc.Arbitrary<Device> = fc
  .record({
    base: fc.constantFrom(...DEVICES),
    arithmetic: fc.constantFrom(0.02, 0.2, 1),
    bandwidth: fc.constantFrom(0.1, 1, 8),
    topology: fc.constantFrom("ring" as const, "switched" as const, "direct" as const),
    doubleBuffered: fc.boolean(),
    trees: fc.constantFrom(0, 1, 16),
    reuse: fc.constantFrom(1, 16),
    lanes: fc.constantFrom(1, 128),
  })
  .map(({ base, arithmetic, bandwidth, topology, doubleBuffered, trees, reuse, lanes }) => {
    const memory = { ...base.memory, bytesPerSecond: base.memory.bytesPerSecond * bandwidth };
    const links = { ...base.links, topology };
    if (base.kind === "gpu") {
      return { ...base, memory, links, tensorFlopsPerSecond: base.tensorFlopsPerSecond * arithmetic };
    }
    return {
      ...base,
      memory,
      links,
      clockHertz: base.clockHertz * arithmetic,
      systolicArray: { ...base.systolicArray, doubleBuffered },
      macTree: { treesPerCore: trees, width: 16, reuse },
      vector: { lanesPerCore: lanes },
    };
  });

/**
 * GPUs with slow arithmetic, fast memory and a long fixed time per sequence: decode attention is bound by the latter over
 * short contexts and by arithmetic over long ones, so that ramps do end.
 */
export const crossingGpu: fc.Arbitrary<GpuDevice> = fc
  .record({
    base: fc.constantFrom(...DEVICES.filter((known) => known.kind === "gpu")),
    arithmetic: fc.constantFrom(0.005, 0.02),
    pairSeconds: fc.constantFrom(30e-6, 300e-6),
  })
  .map(({ base, arithmetic, pairSeconds }) => ({
    ...base,
    memory: { ...base.memory, bytesPerSecond: base.memory.bytesPerSecond * 8 },
    tensorFlopsPerSecond: base.tensorFlopsPerSecond * arithmetic,
    kernels: { ...base.kernels, decodePairSeconds: pairSeconds },
  }));

const expertSkew = fc.constantFrom<ExpertSkew>(
  { kind: "balanced" },
  { kind: "uniform" },
  { kind: "zipf", exponent: 1 },
  { kind: "power-law", exponent: 1.01 },
);

const precision: fc.Arbitrary<Precision> = fc.constantFrom(
  BF16,
  precisionOf({ weights: "fp8", kv: "fp8", activations: "fp8" }),
  precisionOf({ weights: "int4" }),
);

/** What a scheduler could put into one step: contexts of decoding sequences, and prefill chunks. */
export interface Batch {
  readonly contexts: readonly number[];
  readonly chunks: readonly (readonly [newTokens: number, contextTokens: number])[];
}

const contexts = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 64 });
const chunk = fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 0, max: 20_000 }));

export const decodeBatch: fc.Arbitrary<Batch> = contexts.map((list) => ({ contexts: list, chunks: [] }));

export const batch: fc.Arbitrary<Batch> = fc.oneof(
  decodeBatch,
  fc.record({ contexts, chunks: fc.array(chunk, { maxLength: 4 }) }),
  fc.record({ contexts: fc.constant([]), chunks: fc.array(chunk, { minLength: 1, maxLength: 4 }) }),
);

export type System = Required<Omit<StepCostRequest, "profile">>;

export const system: fc.Arbitrary<System> = systemOn(device);
export const crossingSystem: fc.Arbitrary<System> = systemOn(crossingGpu);

function systemOn(on: fc.Arbitrary<Device>): fc.Arbitrary<System> {
  return fc
    .record({
      cutModel,
      ...{ device: on, precision, expertSkew },
      tensorParallelStyle: fc.constantFrom(...TENSOR_PARALLEL_STYLES),
    })
    .map(({ cutModel: { model, parallelism }, ...rest }) => ({ model, parallelism, ...rest }));
}

export const compile = (drawn: System): StepCost => compileStepCost(drawn);

/** The shape of a batch, with every decoding sequence `advance` tokens further. */
export function shapeOf(cost: StepCost, { contexts: list, chunks }: Batch, advance = 0): StepShape {
  const shape = new StepShape(cost.windowTokens.length, 8);
  shape.decodeSequences = list.length;
  for (const context of list) {
    shape.decodeContextTokens += context + advance;
    cost.windowTokens.forEach((window, i) => {
      shape.decodeWindowTokens[i]! += Math.min(window, context + advance);
    });
  }
  for (const [newTokens, contextTokens] of chunks) shape.addChunk(newTokens, contextTokens);
  shape.logitSequences = list.length + (chunks.length > 0 ? 1 : 0);
  return shape;
}
