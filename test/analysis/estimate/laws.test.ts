import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Estimate } from "../../../src/analysis/estimate/estimate.ts";
import { StepShape } from "../../../src/perf/step-cost.ts";
import { configOf, estimateServed, type Served } from "./served.ts";

const lengths = (most: number) =>
  fc.oneof(
    fc.record({ kind: fc.constant("fixed" as const), tokens: fc.integer({ min: 2, max: most }) }),
    fc.record({
      kind: fc.constant("lognormal" as const),
      median: fc.integer({ min: 10, max: most / 4 }),
      sigma: fc.double({ min: 0.2, max: 1.2, noNaN: true }),
      min: fc.constant(2),
      max: fc.constant(most),
    }),
  );

const drawn: fc.Arbitrary<Served> = fc.record({
  model: fc.constantFrom("llama-3.1-8b", "gemma-3-12b"),
  device: fc.constantFrom("ador-recalled", "a100-80gb", "h100"),
  budget: fc.constantFrom(256, 512, 2048, 8192),
  maxNumSeqs: fc.constantFrom(8, 64, 256),
  replicas: fc.constantFrom(1, 3),
  input: lengths(8000),
  output: lengths(1500),
  slo: fc.constant({
    request: { ttftSeconds: 2, maxTbtSeconds: 0.2 },
    run: [{ metric: "tbt" as const, statistic: "p99" as const, seconds: 0.1 }],
  }),
});

const loads = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const SAMPLE = 300;

function atLoad(served: Served, load: number): Estimate {
  const { saturation } = estimateServed(served, 1, SAMPLE);
  return estimateServed(served, load * saturation.requestsPerSecond, SAMPLE);
}

/** Peak compute and bandwidth alone, for a decode step of so many sequences that hold one token each. */
function decodeFloor(served: Served, sequences: number): number {
  const { cost } = configOf(served);
  const shape = new StepShape(cost.windowTokens.length, 1);
  shape.decodeSequences = Math.floor(sequences);
  shape.decodeContextTokens = Math.floor(sequences);
  shape.logitSequences = Math.floor(sequences);
  shape.decodeWindowTokens.fill(Math.floor(sequences));
  return cost.rooflineSeconds(shape);
}

function promptFloor(served: Served, tokens: number): number {
  const { cost } = configOf(served);
  const shape = new StepShape(cost.windowTokens.length, 1);
  shape.addChunk(Math.max(1, Math.floor(tokens)), 0);
  shape.logitSequences = 1;
  return cost.rooflineSeconds(shape);
}

describe("an estimate, whatever the system and the traffic,", () => {
  test("never beats the roofline", () => {
    fc.assert(
      fc.property(drawn, loads, (served, load) => {
        const { latencies, phases, saturation } = atLoad(served, load);
        expect(latencies.tbt!.mean).toBeGreaterThanOrEqual(decodeFloor(served, 1));
        expect(phases.decodeStepSeconds).toBeGreaterThanOrEqual(
          decodeFloor(served, Math.max(1, phases.batch)),
        );
        expect(latencies.ttft!.mean).toBeGreaterThanOrEqual(promptFloor(served, 1));
        const tokensPerReplica = saturation.outputTokensPerSecond / (served.replicas ?? 1);
        const prompts = saturation.requestsPerSecond / (served.replicas ?? 1);
        const decoded = tokensPerReplica - prompts;
        const batch = Math.max(1, Math.floor(saturation.batch));
        expect(decoded * decodeFloor(served, batch)).toBeLessThanOrEqual(batch + 1);
      }),
      { numRuns: 60 },
    );
  });

  test("promises nothing better under more load", () => {
    fc.assert(
      fc.property(drawn, loads, loads, (served, a, b) => {
        const light = atLoad(served, Math.min(a, b));
        const heavy = atLoad(served, Math.max(a, b));
        for (const metric of ["ttft", "tbt", "e2e"] as const) {
          expect(heavy.latencies[metric]!.mean).toBeGreaterThanOrEqual(
            light.latencies[metric]!.mean * (1 - 5e-3),
          );
        }
        expect(heavy.slo.attainment!).toBeLessThanOrEqual(light.slo.attainment! + 1e-2);
        expect(heavy.phases.batch).toBeGreaterThanOrEqual(light.phases.batch * (1 - 5e-3));
      }),
      { numRuns: 60 },
    );
  });

  test("keeps its percentiles in order and its shares within 0 and 1", () => {
    fc.assert(
      fc.property(drawn, loads, (served, load) => {
        const { latencies, utilization, slo, phases } = atLoad(served, load);
        for (const latency of Object.values(latencies)) {
          const { p50, p90, p95, p99, p999 } = latency!;
          expect([p50, p90, p95, p99, p999]).toEqual([p50, p90, p95, p99, p999].toSorted((x, y) => x - y));
          expect(p999).toBeLessThan(Infinity);
        }
        for (const share of [...Object.values(utilization), slo.attainment!, phases.prefillShare]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
        expect(slo.maxRequestsPerSecond).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 60 },
    );
  });
});
