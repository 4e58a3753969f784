import { describe, expect, test } from "vitest";
import { MODELS } from "../../src/models/catalog.ts";
import { elementsPerDevice } from "../../src/models/elements.ts";
import type { LlmModel } from "../../src/models/llm-model.ts";
import {
  checkParallelism,
  deviceCount,
  expertParallelDegrees,
  SINGLE_DEVICE,
  stageShare,
  type Parallelism,
} from "../../src/models/parallelism.ts";
import { BF16, precisionOf } from "../../src/models/precision.ts";
import { expertElements, type Operator } from "../../src/perf/operators.ts";
import { stepOperators, type SplitModel } from "../../src/perf/step-operators.ts";

const split = (model: LlmModel, parallelism: Parallelism, more: Partial<SplitModel> = {}): SplitModel => ({
  ...{
    model,
    parallelism,
    precision: BF16,
    tensorParallelStyle: "all-reduce",
    expertSkew: { kind: "uniform" },
  },
  ...more,
});

/** Weights that the products of a step read on one device, those of all its experts included; LM head and routers apart. */
function quantisedWeights(system: SplitModel): number {
  const { beforeAttention, afterAttention, experts } = stepOperators(system);
  return [...beforeAttention, ...afterAttention, ...experts].reduce((sum, operator) => {
    if (operator.kind === "product" && operator.name !== "router") {
      return sum + operator.count * operator.inputs * operator.outputs;
    }
    if (operator.kind !== "experts") return sum;
    return sum + (operator.count * operator.experts * expertElements(operator)) / operator.expertParallel;
  }, 0);
}

const operatorsOf = (system: SplitModel): Operator[] => {
  const { beforeAttention, afterAttention, experts, logits } = stepOperators(system);
  return [...beforeAttention, ...afterAttention, ...experts, ...logits];
};

/** Ways to cut a model that it allows, each kind of parallelism at least once where there is one. */
function cutsOf(model: LlmModel): Parallelism[] {
  const cuts = [
    SINGLE_DEVICE,
    { ...SINGLE_DEVICE, tensorParallel: 2 },
    { ...SINGLE_DEVICE, tensorParallel: 8 },
    { ...SINGLE_DEVICE, pipelineParallel: 3 },
    { ...SINGLE_DEVICE, tensorParallel: 4, expertParallel: 4 },
    { tensorParallel: 2, pipelineParallel: 2, expertParallel: 4, dataParallelAttention: 4 },
  ];
  return cuts.filter((cut) => {
    try {
      checkParallelism(model, cut);
      return true;
    } catch {
      return false;
    }
  });
}

describe("the operators of a step", () => {
  test.each(MODELS.map((model) => [model.name, model] as const))(
    "%s reads every weight matrix of a device once, however it is cut",
    (_, model) => {
      for (const parallelism of cutsOf(model)) {
        const { matrices, expertMatrices } = elementsPerDevice(model, parallelism);
        // A step passes the weights of a stage once for each of its micro-batches.
        const expected = (matrices + expertMatrices) * parallelism.pipelineParallel;
        expect(quantisedWeights(split(model, parallelism)) / expected).toBeCloseTo(1, 9);
      }
    },
  );

  test("gathered columns read as many weights as reduced rows", () => {
    const [model] = MODELS.filter(({ name }) => name === "llama-3.1-70b");
    const parallelism = { ...SINGLE_DEVICE, tensorParallel: 8 };
    expect(quantisedWeights(split(model!, parallelism, { tensorParallelStyle: "all-gather" }))).toBe(
      quantisedWeights(split(model!, parallelism)),
    );
  });

  test("exchange nothing on one device, and sums or columns by style on several", () => {
    const [model] = MODELS.filter(({ name }) => name === "llama-3.1-8b");
    const kinds = (tensorParallel: number, tensorParallelStyle: SplitModel["tensorParallelStyle"]) =>
      operatorsOf(split(model!, { ...SINGLE_DEVICE, tensorParallel }, { tensorParallelStyle }))
        .filter(({ name }) => /^(o|heads|mlp)_/.test(name))
        .map(({ kind }) => kind)
        .filter((kind) => kind === "all-reduce" || kind === "all-gather");
    expect(kinds(1, "all-reduce")).toEqual([]);
    expect(kinds(4, "all-reduce")).toEqual(["all-reduce", "all-reduce"]);
    expect(kinds(4, "all-gather")).toEqual(["all-gather", "all-gather", "all-gather", "all-gather"]);
  });

  test("send tokens to their experts and back only where attention has copies", () => {
    const [model] = MODELS.filter(({ name }) => name === "deepseek-v3");
    const journeys = (parallelism: Parallelism) =>
      operatorsOf(split(model!, parallelism)).filter(({ kind }) => kind === "all-to-all").length;
    expect(journeys({ ...SINGLE_DEVICE, tensorParallel: 8, expertParallel: 8 })).toBe(0);
    expect(journeys({ ...SINGLE_DEVICE, dataParallelAttention: 8, expertParallel: 8 })).toBe(2);
  });

  test("pass every stage of a pipeline, with a send between two", () => {
    const [model] = MODELS.filter(({ name }) => name === "llama-3.1-70b");
    const parallelism = { ...SINGLE_DEVICE, pipelineParallel: 3 };
    const sends = operatorsOf(split(model!, parallelism)).filter(({ kind }) => kind === "send");
    expect(sends.map(({ count }) => count)).toEqual([2]);
    expect(stageShare(model!, parallelism) * 3).toBeGreaterThan(1);
    expect(deviceCount(parallelism)).toBe(3);
  });

  test("convert activations before 8-bit products, and weights that arithmetic does not take", () => {
    const [model] = MODELS.filter(({ name }) => name === "llama-3.1-8b");
    const inFormats = (formats: Parameters<typeof precisionOf>[0]) =>
      operatorsOf(split(model!, SINGLE_DEVICE, { precision: precisionOf(formats) }));
    const conversions = (operators: Operator[]) =>
      operators.filter(({ name }) => name.endsWith("_quantise")).length;
    const dequantised = (operators: Operator[]) =>
      operators.filter((operator) => operator.kind === "product" && operator.dequantised).length;
    expect([conversions(inFormats({})), dequantised(inFormats({}))]).toEqual([0, 0]);
    expect([
      conversions(inFormats({ weights: "int4" })),
      dequantised(inFormats({ weights: "int4" })),
    ]).toEqual([0, 4]);
    const eightBit = inFormats({ weights: "fp8", activations: "fp8" });
    expect([conversions(eightBit), dequantised(eightBit)]).toEqual([4, 0]);
  });

  test("every degree of expert parallelism that is offered can be built", () => {
    for (const model of MODELS) {
      const parallelism = { ...SINGLE_DEVICE, tensorParallel: 4 };
      for (const expertParallel of expertParallelDegrees(model, parallelism)) {
        expect(() => stepOperators(split(model, { ...parallelism, expertParallel }))).not.toThrow();
      }
    }
  });
});
