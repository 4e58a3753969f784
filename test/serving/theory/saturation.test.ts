import { describe, expect, test } from "vitest";
import { findDevice } from "../../../src/hardware/catalog.ts";
import { findModel } from "../../../src/models/catalog.ts";
import { precisionOf } from "../../../src/models/precision.ts";
import { compileStepCost } from "../../../src/perf/compile.ts";
import { StepShape, type StepCost } from "../../../src/perf/step-cost.ts";
import type { SimulationConfig } from "../../../src/serving/config.ts";
import { simulate } from "../../../src/serving/simulate.ts";
import { createConversationSource } from "../../../src/workload/clients/conversations.ts";
import { toyConfig, type SimulationOverrides } from "../../support/simulation.ts";

/** Requests per second that a replica completes for users without a pause, from a tenth of the run to its end. */
function saturatedThroughput(
  config: SimulationConfig,
  users: number,
  [inputTokens, outputTokens]: readonly [number, number],
  durationSeconds: number,
): number {
  const source = createConversationSource(
    {
      population: { kind: "closed", users, rampUpSeconds: durationSeconds / 20 },
      thinkTime: { kind: "fixed", seconds: 0 },
      input: { kind: "fixed", tokens: inputTokens },
      output: { kind: "fixed", tokens: outputTokens },
      durationSeconds,
    },
    1,
  );
  const { records } = simulate(source, config);
  const from = durationSeconds / 10;
  const finishes = records.finishSeconds.subarray(0, records.length);
  return finishes.filter((at) => at >= from && at < durationSeconds).length / (durationSeconds - from);
}

const seconds = (cost: StepCost, describeStep: (shape: StepShape) => void): number => {
  const shape = new StepShape(cost.windowTokens.length, 8);
  describeStep(shape);
  return cost.step(shape, cost.openUse());
};

describe("a saturated replica serves what its bottleneck allows, in closed form:", () => {
  const linear = { secondsPerContextToken: 0, secondsPerLogit: 0 };

  test("decode: as many tokens a step as there are seats", () => {
    const overrides: SimulationOverrides = { engine: { maxNumSeqs: 32 }, cost: linear };
    const config = toyConfig(overrides);
    // A request takes one step for its prompt token and 399 for the others, in a batch that is always full.
    const step = seconds(config.cost, (shape) => {
      shape.decodeSequences = 32;
    });
    const measured = saturatedThroughput(config, 64, [1, 400], 1000);
    expect(Math.abs(measured / (32 / (400 * step)) - 1)).toBeLessThan(0.01);
  });

  test("prefill: a full token budget in every step", () => {
    const config = toyConfig({ engine: { maxNumBatchedTokens: 256 }, cost: linear });
    const step = seconds(config.cost, (shape) => {
      shape.addChunk(256, 0);
    });
    const measured = saturatedThroughput(config, 64, [640, 1], 200);
    expect(Math.abs(measured / (256 / 640 / step) - 1)).toBeLessThan(0.01);
  });

  test("memory: as many requests at a time as have room, whatever seats there are", () => {
    const flat = { ...linear, baseSeconds: 0.01, secondsPerToken: 0 };
    // 100 + 101 - 1 stored tokens are 13 blocks of 16: 7 requests in 100 blocks.
    const engine = {
      ...{ kvBlocks: 100, maxNumSeqs: 64, enableChunkedPrefill: false },
      ...{ maxNumBatchedTokens: 8192 },
    };
    const config = toyConfig({ engine, cost: flat, config: { scheduler: { policy: "orca" } } });
    const measured = saturatedThroughput(config, 40, [100, 101], 1000);
    expect(Math.abs(measured / (7 / (101 * 0.01)) - 1)).toBeLessThan(0.01);
  });
});

describe.each(["a100-80gb", "ador-recalled"])(
  "Llama-3.1-8B on %s, saturated, serves in closed form what its",
  (name) => {
    const model = findModel("llama-3.1-8b");
    const cost = compileStepCost({
      ...{ model, device: findDevice(name), precision: precisionOf({}) },
      parallelism: { tensorParallel: 1, pipelineParallel: 1, expertParallel: 1, dataParallelAttention: 1 },
      ...{ tensorParallelStyle: "all-reduce", expertSkew: { kind: "uniform" } },
    });
    const config: SimulationConfig = {
      ...toyConfig({ engine: { maxNumSeqs: 64, maxNumBatchedTokens: 2048, kvBlocks: 20_000 } }),
      cost,
    };

    test("decode allows: answers of all ages share each step", () => {
      const [input, output, seats] = [16, 512, 64];
      // Ages are spread evenly, so that the contexts of a step add up to the same sum always. One step in eight also holds
      // the sixteen tokens of a prompt.
      const context = seats * (input + output / 2);
      const decode = (chunk: number) =>
        seconds(cost, (shape) => {
          shape.decodeSequences = seats;
          shape.decodeContextTokens = context;
          shape.logitSequences = seats;
          if (chunk > 0) shape.addChunk(chunk, 0);
        });
      const prompts = seats / output;
      const step = (1 - prompts) * decode(0) + prompts * decode(input);
      const measured = saturatedThroughput(config, 128, [input, output], 1500);
      expect(Math.abs(measured / (seats / (output * step)) - 1)).toBeLessThan(0.02);
    });

    test("prefill allows: prompts as long as the budget, one a step", () => {
      const step = seconds(cost, (shape) => {
        shape.addChunk(2048, 0);
        shape.logitSequences = 1;
      });
      const measured = saturatedThroughput(config, 16, [2048, 1], 500);
      expect(Math.abs(measured * step - 1)).toBeLessThan(0.01);
    });
  },
);
