import fc from "fast-check";
import { expect, test } from "vitest";
import { DecodeRamp } from "../../src/perf/step-cost.ts";
import { compile, decodeBatch, shapeOf, system } from "./arbitraries.ts";

test("the roofline lines of a ramp are the roofline of its steps", () => {
  fc.assert(
    fc.property(system, decodeBatch, fc.integer({ min: 0, max: 2000 }), (drawnSystem, drawn, step) => {
      const cost = compile(drawnSystem);
      const { contexts } = drawn;
      const inside = cost.windowTokens.map((window) => contexts.filter((context) => context < window));
      const ramp = new DecodeRamp();
      cost.decodeRamp(
        shapeOf(cost, drawn),
        Float64Array.from(inside, (list) => list.length),
        ramp,
      );
      const longest = Math.min(
        ...cost.windowTokens.flatMap((window, i) => inside[i]!.map((context) => window - context)),
        step,
      );
      const expected = cost.rooflineSeconds(shapeOf(cost, drawn, longest));
      expect(Math.abs(ramp.rooflineSeconds(longest) / expected - 1)).toBeLessThan(1e-11);
    }),
    { numRuns: 400 },
  );
});
