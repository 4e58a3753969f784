import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EagerSteps } from "../../../src/analysis/validation/eager-steps.ts";
import {
  EAGER_VLLM,
  withEagerHost,
  withSequenceWork,
  type Engine,
} from "../../../src/analysis/validation/engines.ts";
import { decodeBatch, prefillBatch, stepSeconds } from "../../../src/analysis/validation/step-seconds.ts";
import { staticBatchSeconds } from "../../../src/analysis/validation/static-batch.ts";
import { MeasuredSystems } from "../../../src/analysis/validation/systems.ts";
import { A100_80GB } from "../../../src/hardware/presets/ampere.ts";
import { findModel } from "../../../src/models/catalog.ts";
import { SINGLE_DEVICE } from "../../../src/models/parallelism.ts";
import { BF16 } from "../../../src/models/precision.ts";
import { compileStepCost } from "../../../src/perf/compile.ts";
import { DecodeRamp, StepShape } from "../../../src/perf/step-cost.ts";

const DEVICE = "a100-80gb";
const MODEL = "llama2-70b";
const LAYERS = 80;

describe("an engine that launches every kernel", () => {
  const seconds = (tensorParallel: number, batch = decodeBatch(1, 512), engine = EAGER_VLLM) =>
    new EagerSteps(engine).seconds(DEVICE, MODEL, tensorParallel, batch);

  test("cannot be faster than its launches however many devices share the weights", () => {
    const floor = LAYERS * EAGER_VLLM.launchSecondsPerLayer + EAGER_VLLM.hostSecondsPerSequence;
    expect(seconds(8)).toBeCloseTo(floor, 9);
    expect(seconds(2)).toBeGreaterThan(floor);
  });

  test("hides its launches behind kernels that take longer", () => {
    const slower = { ...EAGER_VLLM, launchSecondsPerLayer: EAGER_VLLM.launchSecondsPerLayer / 2 };
    const prompt = prefillBatch(1, 4096);
    expect(seconds(2, prompt)).toBeCloseTo(seconds(2, prompt, slower), 12);
  });

  test("works for every sequence, and once more where there are prompts", () => {
    const { hostSecondsPerSequence, hostSecondsPerPromptStep } = EAGER_VLLM;
    const idle = { ...EAGER_VLLM, hostSecondsPerSequence: 0, hostSecondsPerPromptStep: 0 };
    const added = (batch: ReturnType<typeof decodeBatch>) => seconds(8, batch) - seconds(8, batch, idle);
    expect(added(decodeBatch(32, 512))).toBeCloseTo(32 * hostSecondsPerSequence, 9);
    expect(added(prefillBatch(4, 512))).toBeCloseTo(4 * hostSecondsPerSequence + hostSecondsPerPromptStep, 9);
  });
});

describe("steps of an engine that launches every kernel", () => {
  const cost = compileStepCost({
    ...{ model: findModel("llama-3-8b"), precision: BF16, parallelism: SINGLE_DEVICE },
    device: A100_80GB,
  });

  test("are the same one by one and as a run, across the length at which kernels outlast their launches", () => {
    const drawn = fc.record({
      sequences: fc.integer({ min: 1, max: 200 }),
      context: fc.integer({ min: 1, max: 4000 }),
      launch: fc.double({ min: 1e-5, max: 3e-3, noNaN: true }),
    });
    fc.assert(
      fc.property(drawn, ({ sequences, context, launch }) => {
        const eager = withEagerHost(cost, { ...EAGER_VLLM, launchSecondsPerLayer: launch }, 32);
        const shape = new StepShape(0, 0);
        const ramp = new DecodeRamp();
        Object.assign(shape, { decodeSequences: sequences, logitSequences: sequences });
        shape.decodeContextTokens = sequences * context;
        eager.decodeRamp(shape, new Float64Array(0), ramp);
        expect(ramp.steps).toBeGreaterThanOrEqual(1);
        for (const step of [0, 1, Math.min(ramp.steps, 5000) - 1]) {
          if (step >= ramp.steps) continue;
          const seconds = stepSeconds(eager, decodeBatch(sequences, context + step));
          expect((ramp.seconds + step * ramp.secondsPerStep) / seconds).toBeCloseTo(1, 9);
        }
      }),
    );
  });
});

describe("an engine that replays graphs", () => {
  const engine: Engine = {
    ...{ hostSecondsPerStep: 0, hostSecondsPerSequence: 1e-3, directAllReduce: true },
    ...{ gpuMemoryUtilization: 0.9, reservedBytes: 0 },
  };
  const batch = { device: "H100", model: "meta-llama/Llama-2-7b-hf", devices: 1 };
  const systems = new MeasuredSystems();
  const cost = systems.stepCost(batch.device, batch.model, batch.devices);

  test("adds its work for each sequence to single steps and to runs of steps alike", () => {
    const worked = withSequenceWork(cost, engine);
    const shape = new StepShape(0, 0);
    Object.assign(shape, { decodeSequences: 8, logitSequences: 8, decodeContextTokens: 8 * 100 });
    const ramp = new DecodeRamp();
    worked.decodeRamp(shape, new Float64Array(0), ramp);
    expect(ramp.seconds).toBeCloseTo(stepSeconds(worked, decodeBatch(8, 100)), 12);
    expect(ramp.seconds - stepSeconds(cost, decodeBatch(8, 100))).toBeCloseTo(8e-3, 12);
  });

  test("takes as long for a batch as its steps, one of prompts and one for each further token", () => {
    const [requests, inputTokens, outputTokens] = [4, 128, 64];
    let seconds = stepSeconds(cost, prefillBatch(requests, inputTokens));
    for (let token = 1; token < outputTokens; token++)
      seconds += stepSeconds(cost, decodeBatch(requests, inputTokens + token));
    const idle = { ...engine, hostSecondsPerSequence: 0 };
    expect(staticBatchSeconds(systems, idle, { ...batch, requests, inputTokens, outputTokens })).toBeCloseTo(
      seconds,
      6,
    );
  });

  test("runs a batch in waves where the cache cannot hold it at once, and refuses it where it holds no request", () => {
    const large = { ...batch, requests: 64, inputTokens: 1024, outputTokens: 1024 };
    const idle = { ...engine, hostSecondsPerSequence: 0 };
    const tight = { ...idle, reservedBytes: 50e9 };
    expect(staticBatchSeconds(systems, tight, large)).toBeGreaterThan(
      1.3 * staticBatchSeconds(systems, idle, large),
    );
    expect(() => staticBatchSeconds(systems, { ...idle, reservedBytes: 62.5e9 }, large)).toThrow();
  });
});
