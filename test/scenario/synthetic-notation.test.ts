import fc from "fast-check";
import { expect, test } from "vitest";
import { parseLocated, toPlain } from "../../src/scenario/located.ts";
import { syntheticSchema } from "../../src/scenario/workload-schema.ts";
import { writtenSynthetic } from "../../src/scenario/written-synthetic.ts";
import type { SyntheticSpec } from "../../src/workload/synthetic.ts";
import { stringify } from "yaml";

const positive = fc.double({ min: 1e-3, max: 1e4, noNaN: true });
const tokens = fc.integer({ min: 1, max: 100_000 });
const arrivals: fc.Arbitrary<SyntheticSpec["arrivals"]> = fc.oneof(
  fc.record({ kind: fc.constantFrom("constant" as const, "poisson" as const), ratePerSecond: positive }),
  fc.record({ kind: fc.constant("gamma" as const), ratePerSecond: positive, burstiness: positive }),
  fc.record({ kind: fc.constant("weibull" as const), ratePerSecond: positive, cv: positive }),
  fc.record({
    kind: fc.constant("on-off" as const),
    onRatePerSecond: positive,
    offRatePerSecond: positive,
    meanOnSeconds: positive,
    meanOffSeconds: positive,
  }),
  fc.record(
    {
      kind: fc.constant("diurnal" as const),
      meanRatePerSecond: positive,
      amplitude: fc.double({ min: 0, max: 1, noNaN: true }),
      periodSeconds: positive,
      phaseSeconds: positive,
    },
    { requiredKeys: ["kind", "meanRatePerSecond", "amplitude", "periodSeconds"] },
  ) as fc.Arbitrary<SyntheticSpec["arrivals"]>,
);
const lengths: fc.Arbitrary<SyntheticSpec["input"]> = fc.oneof(
  fc.record({ kind: fc.constant("fixed" as const), tokens }),
  fc.record({ kind: fc.constant("uniform" as const), min: tokens, max: tokens }),
  fc.record({ kind: fc.constant("lognormal" as const), median: positive, sigma: positive, max: tokens }),
  fc.record({ kind: fc.constant("zipf" as const), exponent: positive, min: tokens, max: tokens }),
  fc.record({ kind: fc.constant("empirical" as const), values: fc.array(tokens, { minLength: 1 }) }),
);

test("every synthetic description, written down as a scenario states it, reads back as the same", () => {
  fc.assert(
    fc.property(arrivals, lengths, lengths, tokens, (process, input, output, requests) => {
      const spec: SyntheticSpec = { arrivals: process, input, output, requests };
      const yaml = stringify(writtenSynthetic(spec));
      expect(syntheticSchema.parse(toPlain(parseLocated(yaml, "f.yaml")))).toEqual(spec);
    }),
  );
});
