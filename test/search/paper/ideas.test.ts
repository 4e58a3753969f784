import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ADOR_RECALLED } from "../../../src/hardware/presets/ador.ts";
import { A100_80GB } from "../../../src/hardware/presets/ampere.ts";
import { findModel } from "../../../src/models/catalog.ts";
import { BF16 } from "../../../src/models/precision.ts";
import { explainBatch } from "../../../src/perf/step-explanation.ts";
import { IDEAS, withinLimitsOf, without } from "../../../src/search/paper/ideas.ts";
import { factorsOf } from "../../../src/search/paper/waterfall.ts";
import { design } from "../../hardware/designs.ts";

const MODEL = findModel("llama-3-8b");
const PARALLELISM = {
  ...{ tensorParallel: 8, pipelineParallel: 1 },
  ...{ expertParallel: 1, dataParallelAttention: 1 },
};
const mixedSeconds = (device: typeof ADOR_RECALLED) =>
  explainBatch(
    { model: MODEL, device, precision: BF16, parallelism: PARALLELISM },
    { decodeSequences: 100, contextTokens: 1024, promptTokens: 512, cachedTokens: 0 },
  ).seconds;

describe("a waterfall", () => {
  test("has factors that multiply to the last value over the first", () => {
    const values = fc.array(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(values, (drawn) => {
        const factors = factorsOf(drawn.map((value, i) => ({ label: `step ${i}`, value })));
        const product = factors.reduce((all, { factor }) => all * factor, 1);
        expect(product / (drawn.at(-1)! / drawn[0]!)).toBeCloseTo(1, 12);
        expect(factors.map(({ label }) => label)).toEqual(drawn.slice(1).map((_, i) => `step ${i + 1}`));
      }),
    );
  });
});

describe("ideas", () => {
  test("leave a design as it is when none is off", () => {
    fc.assert(
      fc.property(design, (device) => {
        expect(without([], device, A100_80GB)).toBe(device);
      }),
    );
  });

  test("are off once for all, in whatever order they are turned off", () => {
    fc.assert(
      fc.property(design, fc.shuffledSubarray([...IDEAS]), (device, ideas) => {
        const off = without(ideas, device, A100_80GB);
        expect(without(ideas, off, A100_80GB)).toEqual(off);
        expect(without([...ideas].reverse(), device, A100_80GB)).toEqual(off);
      }),
    );
  });

  test.each([
    ["sequencing", "overheads"],
    ["trees", "macTree"],
    ["overlap", "concurrency"],
    ["links", "concurrency"],
    ["bandwidth", "memory"],
  ])("%s changes nothing but %s", (key, field) => {
    const idea = IDEAS.find((one) => one.key === key)!;
    const off = idea.off(ADOR_RECALLED, A100_80GB);
    expect(off).not.toEqual(ADOR_RECALLED);
    expect({ ...off, [field]: null }).toEqual({ ...ADOR_RECALLED, [field]: null });
  });

  test("make no step of prompts and decodes faster by being off", () => {
    for (const idea of IDEAS) {
      expect(mixedSeconds(idea.off(ADOR_RECALLED, A100_80GB))).toBeGreaterThanOrEqual(
        mixedSeconds(ADOR_RECALLED) * 0.999,
      );
    }
    expect(mixedSeconds(without(IDEAS, ADOR_RECALLED, A100_80GB))).toBeGreaterThan(
      1.2 * mixedSeconds(ADOR_RECALLED),
    );
  });

  test("hold the baseline to the bandwidth of a design, and never give it more links than it has", () => {
    const limited = withinLimitsOf(ADOR_RECALLED, A100_80GB);
    expect(limited.memory.bytesPerSecond).toBe(2e12);
    expect(limited.links.bytesPerSecond).toBe(64e9);
    const fast = { ...ADOR_RECALLED, links: { ...ADOR_RECALLED.links, bytesPerSecond: 900e9 } };
    expect(withinLimitsOf(fast, A100_80GB).links).toEqual(A100_80GB.links);
  });
});
