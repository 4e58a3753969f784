import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expertLoad, type ExpertRouting, type ExpertSkew } from "../../src/perf/expert-load.ts";

const skew = fc.oneof(
  fc.constantFrom<ExpertSkew>({ kind: "balanced" }, { kind: "uniform" }),
  fc.double({ min: 0.1, max: 2, noNaN: true }).map((exponent): ExpertSkew => ({ kind: "zipf", exponent })),
  fc
    .double({ min: 0.5, max: 1.5, noNaN: true })
    .map((exponent): ExpertSkew => ({ kind: "power-law", exponent })),
);

const routing: fc.Arbitrary<ExpertRouting> = fc
  .record({
    parallel: fc.constantFrom(1, 2, 8),
    perDevice: fc.integer({ min: 1, max: 64 }),
    chosen: fc.integer({ min: 1, max: 10 }),
    skew,
  })
  .map(({ parallel, perDevice, chosen, skew: drawn }) => ({
    experts: parallel * perDevice,
    expertsPerToken: Math.min(chosen, parallel * perDevice),
    expertParallel: parallel,
    skew: drawn,
  }));

const tokens = fc.integer({ min: 1, max: 5000 });

const loadOf = (drawn: ExpertRouting, count: number) =>
  expertLoad(drawn, count).classes.reduce((sum, { experts, tokens: each }) => sum + experts * each, 0);

describe("the load of experts", () => {
  test("adds up to the choices of all tokens on one device, and to no less than a fair share on the busiest of several", () => {
    fc.assert(
      fc.property(routing, tokens, (drawn, count) => {
        const choices = count * drawn.expertsPerToken;
        const load = loadOf(drawn, count);
        if (drawn.expertParallel === 1) expect(load / choices).toBeCloseTo(1, 9);
        expect(load).toBeGreaterThanOrEqual((choices / drawn.expertParallel) * (1 - 1e-9));
      }),
    );
  });

  test("gives no expert more tokens than there are, nor fewer than one, and keeps to the experts of a device", () => {
    fc.assert(
      fc.property(routing, tokens, (drawn, count) => {
        const { classes } = expertLoad(drawn, count);
        let active = 0;
        for (const { experts, tokens: each } of classes) {
          expect(each).toBeGreaterThanOrEqual(1 - 1e-9);
          expect(each).toBeLessThanOrEqual(count * (1 + 1e-9));
          active += experts;
        }
        expect(active).toBeLessThanOrEqual((drawn.experts / drawn.expertParallel) * (1 + 1e-9));
      }),
    );
  });

  test("by chance leaves as many experts idle as drawing balls from an urn does", () => {
    // 128 experts, 8 a token (Qwen3-30B-A3B), 16 tokens: 128 · (1 − (1 − 1/16)^16) = 82.42 expected.
    const even = { experts: 128, expertsPerToken: 8, expertParallel: 1 };
    const { classes } = expertLoad({ ...even, skew: { kind: "uniform" } }, 16);
    expect(classes[0]!.experts).toBeCloseTo(82.42, 2);
    expect(expertLoad({ ...even, skew: { kind: "balanced" } }, 16).classes[0]).toEqual({
      experts: 128,
      tokens: 1,
    });
  });

  test("gets more uneven as the exponent rises", () => {
    const busiest = (exponent: number) =>
      expertLoad(
        { experts: 64, expertsPerToken: 2, expertParallel: 1, skew: { kind: "zipf", exponent } },
        1000,
      ).classes[0]!.tokens;
    expect(busiest(0.5)).toBeLessThan(busiest(1));
    expect(busiest(1)).toBeLessThan(busiest(1.5));
  });
});
