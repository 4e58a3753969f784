import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findDevice } from "../../../src/hardware/catalog.ts";
import { findModel } from "../../../src/models/catalog.ts";
import { SINGLE_DEVICE } from "../../../src/models/parallelism.ts";
import { BF16 } from "../../../src/models/precision.ts";
import { compileModel, compileStepCost } from "../../../src/perf/compile.ts";
import { sampleProfile } from "../../../src/perf/profile/sample-profile.ts";
import { Segment, type ProfileGrid, type StepProfile } from "../../../src/perf/profile/step-profile.ts";
import { DecodeRamp, StepShape, type StepCost } from "../../../src/perf/step-cost.ts";
import { simulate } from "../../../src/serving/simulate.ts";
import { drawnRequests, drawnSystems } from "../../support/drawn-systems.ts";
import { listSource } from "../../support/list-source.ts";
import { expectSameRun } from "../../support/same-run.ts";
import { toyConfig } from "../../support/simulation.ts";

const REQUEST = {
  ...{ model: findModel("llama-3.2-1b"), device: findDevice("h100"), precision: BF16 },
  parallelism: SINGLE_DEVICE,
};

const seconds = fc.double({ min: 1e-6, max: 1e-2, noNaN: true });
const counts = (most: number) =>
  fc
    .uniqueArray(fc.integer({ min: 1, max: most }), { minLength: 1, maxLength: 5 })
    .map((list) => list.sort((a, b) => a - b));
const line = (most: number) =>
  counts(most).chain((at) =>
    fc.array(seconds, { minLength: at.length, maxLength: at.length }).map((list) => ({ at, seconds: list })),
  );
const grid: fc.Arbitrary<ProfileGrid> = counts(80).chain((at) =>
  fc.array(line(500), { minLength: at.length, maxLength: at.length }).map((lines) => ({ at, lines })),
);
const drawnProfile: fc.Arbitrary<StepProfile> = fc.record({
  ...{ step: seconds, tokens: line(600), logits: line(80), decode: grid, prefill: grid },
  decodeMixed: fc.option(grid, { nil: undefined }),
});

/** Slow enough that the roofline of the model stays below it. */
const slowed = (profile: StepProfile): StepProfile => ({ ...profile, step: profile.step + 1 });
const profiled = (profile: StepProfile): StepCost => compileStepCost({ ...REQUEST, profile });

function decodes(sequences: number, contextTokens: number): StepShape {
  const shape = new StepShape(0, 4);
  shape.decodeSequences = sequences;
  shape.decodeContextTokens = contextTokens;
  shape.logitSequences = sequences;
  return shape;
}

describe("a profiled step", () => {
  test("takes at a point of its profile what was measured there", () => {
    const cost = profiled({
      step: 1e-3,
      tokens: { at: [1, 4], seconds: [2e-3, 5e-3] },
      logits: { at: [1, 4], seconds: [1e-4, 2e-4] },
      decode: { at: [4], lines: [{ at: [10, 20], seconds: [1e-3, 3e-3] }] },
      prefill: { at: [3], lines: [{ at: [0, 8], seconds: [4e-3, 6e-3] }] },
    });
    const use = cost.openUse();
    expect(cost.step(decodes(4, 40), use)).toBeCloseTo(1e-3 + 5e-3 + 2e-4 + 1e-3, 12);
    // Half way between two points, and in proportion beyond the last.
    expect(cost.step(decodes(4, 60), use)).toBeCloseTo(1e-3 + 5e-3 + 2e-4 + 2e-3, 12);
    expect(cost.step(decodes(4, 120), use)).toBeCloseTo(1e-3 + 5e-3 + 2e-4 + 5e-3, 12);
    const prompt = new StepShape(0, 4);
    prompt.addChunk(3, 8);
    prompt.logitSequences = 1;
    expect(cost.step(prompt, use)).toBeCloseTo(1e-3 + 4e-3 + 1e-4 + 6e-3, 12);
  });

  test("that decodes alone follows its ramp as long as the ramp says", () => {
    fc.assert(
      fc.property(
        ...[drawnProfile, fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 700 })],
        (profile, sequences, context) => {
          const cost = profiled(profile);
          const ramp = new DecodeRamp();
          cost.decodeRamp(decodes(sequences, sequences * context), new Float64Array(0), ramp);
          expect(ramp.steps).toBeGreaterThanOrEqual(1);
          const use = cost.openUse();
          for (let j = 0; j < Math.min(ramp.steps, 700); j += 7) {
            const alone = cost.step(decodes(sequences, sequences * (context + j)), use);
            expect(ramp.seconds + j * ramp.secondsPerStep).toBeCloseTo(alone, 12);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test("is the sum of its explanation", () => {
    fc.assert(
      fc.property(
        drawnProfile,
        fc.integer({ min: 1, max: 90 }),
        fc.boolean(),
        (profile, sequences, mixed) => {
          const cost = profiled(profile);
          const shape = decodes(sequences, 90 * sequences);
          if (mixed) shape.addChunk(17, 5);
          const explained = cost.explain(shape).reduce((sum, { seconds: of }) => sum + of, 0);
          expect(explained).toBeCloseTo(cost.step(shape, cost.openUse()), 12);
        },
      ),
    );
  });

  test("gives the same run whether equal steps are jumped over or walked", () => {
    let skipped = 0;
    fc.assert(
      fc.property(drawnRequests, drawnSystems, drawnProfile, (requests, drawn, profile) => {
        const { cost: _cost, ...rest } = drawn;
        // Drawn points know no physics: causes of a gap may be negative.
        const config = { ...toyConfig(rest), cost: profiled(slowed(profile)), attribution: false };
        const fast = simulate(listSource(requests), { ...config, mode: "fast-forward" });
        expectSameRun(fast, simulate(listSource(requests), { ...config, mode: "step-by-step" }));
        skipped += fast.effort.stepsSkipped;
      }),
      { numRuns: 300 },
    );
    expect(skipped).toBeGreaterThan(1000);
  });
});

describe("a line of a profile", () => {
  test("never goes down beyond its last point", () => {
    const falling = { at: [1, 2], seconds: [5, 3] };
    expect(new Segment().ofLine(falling, 10)).toMatchObject({ seconds: 3, slope: 0, until: Infinity });
  });

  test("costs as much below its first point as there", () => {
    expect(new Segment().ofLine({ at: [4, 8], seconds: [2, 3] }, 1)).toMatchObject({
      ...{ seconds: 2, slope: 0, until: 4 },
    });
  });
});

test("the profile of a model gives the model's steps where it was sampled, and comes near between", () => {
  const model = compileModel(REQUEST);
  const profile = sampleProfile(model, { tokens: 2048, sequences: 64, contextTokens: 8192 });
  const cost = profiled(profile);
  for (const [sequences, context, tolerance] of [
    [1, 16, 1e-9],
    [64, 1024, 1e-9],
    [32, 8192, 1e-9],
    [24, 700, 0.03],
    [50, 3000, 0.03],
  ] as const) {
    const shape = decodes(sequences, sequences * context);
    const ratio = cost.step(shape, cost.openUse()) / model.step(shape, model.openUse());
    expect(Math.abs(ratio - 1), `${sequences} decodes after ${context}`).toBeLessThan(tolerance);
  }
  for (const [tokens, context, tolerance] of [
    [512, 0, 1e-9],
    [1000, 300, 0.03],
  ] as const) {
    const shape = new StepShape(0, 4);
    shape.addChunk(tokens, context);
    shape.logitSequences = 1;
    const ratio = cost.step(shape, cost.openUse()) / model.step(shape, model.openUse());
    expect(Math.abs(ratio - 1), `${tokens} tokens after ${context}`).toBeLessThan(tolerance);
  }
});
