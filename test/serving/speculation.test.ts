import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SpeculationConfig } from "../../src/serving/config.ts";
import { simulate } from "../../src/serving/simulate.ts";
import { Acceptance, expectedTokens } from "../../src/serving/speculation/acceptance.ts";
import { disaggregated } from "../support/disaggregated.ts";
import { drawnImpatience } from "../support/drawn-clients.ts";
import { CLASSES, drawnClassedRequests, drawnSystemsOf } from "../support/drawn-policies.ts";
import { sharing, withSharedPrompts } from "../support/drawn-prompts.ts";
import { listSource, type ListedRequest } from "../support/list-source.ts";
import { expectClose, expectSameRun } from "../support/same-run.ts";
import { toyConfig } from "../support/simulation.ts";

const spec = (tokens: number, acceptanceRate: number, draftCost = 0): SpeculationConfig => ({
  ...{ tokens, acceptanceRate, draftCost, seed: 1 },
});

/** 10 ms a step whatever it holds. */
const FLAT = { baseSeconds: 0.01, secondsPerToken: 0, secondsPerLogit: 0, secondsPerContextToken: 0 };

function run(requests: readonly ListedRequest[], speculation: SpeculationConfig | undefined, cost = FLAT) {
  return simulate(listSource(requests), toyConfig({ engine: { speculation }, cost }));
}

describe("the number of tokens that a verification yields", () => {
  test.each([
    [1, 0.5],
    [3, 0.8],
    [5, 0.9],
    [7, 0.3],
  ])("is (1 - a^(k+1)) / (1 - a) on average: k = %d, a = %d", (tokens, rate) => {
    const config = spec(tokens, rate);
    const acceptance = new Acceptance(config);
    const draws = 200_000;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < draws; i++) {
      const yielded = acceptance.draw(i % 500) + 1;
      sum += yielded;
      squares += yielded * yielded;
    }
    const mean = sum / draws;
    const error = Math.sqrt((squares / draws - mean * mean) / draws);
    const expected = (1 - rate ** (tokens + 1)) / (1 - rate);
    expect(expectedTokens(config)).toBeCloseTo(expected, 12);
    expect(Math.abs(mean - expected)).toBeLessThan(4 * error);
  });

  test("is one when nothing is accepted, and all of them when everything is", () => {
    const [none, all] = [new Acceptance(spec(4, 0)), new Acceptance(spec(4, 1))];
    for (let i = 0; i < 1000; i++) expect([none.draw(i), all.draw(i)]).toEqual([0, 4]);
    expect([expectedTokens(spec(4, 0)), expectedTokens(spec(4, 1))]).toEqual([1, 5]);
  });

  test("does not depend on who runs beside a request", () => {
    const [alone, among] = [new Acceptance(spec(6, 0.7)), new Acceptance(spec(6, 0.7))];
    for (let i = 0; i < 50; i++) {
      for (let other = 0; other < 5; other++) if (other !== 3) among.draw(other);
      expect(among.draw(3)).toBe(alone.draw(3));
    }
  });
});

const requests = Array.from({ length: 20 }, (_, i): ListedRequest => ({
  ...{ arrivalSeconds: i * 0.0317, inputTokens: 50 + i, outputTokens: 40 + 7 * i },
}));

test("free drafts that are never accepted give the run without drafts", () => {
  const [plain, drafts] = [run(requests, undefined), run(requests, spec(3, 0))];
  for (let row = 0; row < requests.length; row++) {
    for (const column of ["firstTokenSeconds", "finishSeconds", "maxTbtSeconds"] as const) {
      expectClose(drafts.records[column][row]!, plain.records[column][row]!, `${column} of ${row}`);
    }
  }
  expect(drafts.metrics.generatedTokens).toBe(plain.metrics.generatedTokens);
  expect(drafts.metrics.speculation).toMatchObject({ acceptance: 0, meanTokens: 1, meanEmittedTokens: 1 });
  expectClose(drafts.metrics.tbt.mean, plain.metrics.tbt.mean, "mean gap");
});

test("drafts that are always accepted take one step for each k + 1 tokens after the first", () => {
  const { records, metrics } = run([{ arrivalSeconds: 0, inputTokens: 10, outputTokens: 42 }], spec(4, 1));
  // 41 tokens after the prompt's step, five a step: nine steps, the last for one token alone.
  expect(records.finishSeconds[0]).toBeCloseTo(0.01 * (1 + 9), 12);
  expect(metrics.tbt.min).toBeCloseTo(0.01 / 5, 12);
  expect(metrics.tbt.max).toBeCloseTo(0.01, 12);
  expect(metrics.speculation).toMatchObject({ verifications: 9, acceptance: 1, meanTokens: 5 });
});

test("drafting takes its share of a plain step for each token", () => {
  const one = [{ arrivalSeconds: 0, inputTokens: 10, outputTokens: 3 }];
  const [free, paid] = [run(one, spec(4, 0)), run(one, spec(4, 0, 0.1))];
  const spent = paid.records.finishSeconds[0]! - free.records.finishSeconds[0]!;
  expect(spent).toBeCloseTo(2 * 4 * 0.1 * 0.01, 12);
  // The toy device uses 100 W whatever it does.
  const joules = paid.metrics.dynamicJoules - free.metrics.dynamicJoules;
  expect(joules).toBeCloseTo(100 * spent, 9);
});

test("every token of a verification is computed, but keys and values are read once", () => {
  const one = [{ arrivalSeconds: 0, inputTokens: 10, outputTokens: 3 }];
  const perToken = (k: number) => run(one, spec(k, 0), { ...FLAT, secondsPerToken: 1e-4 });
  const spent = perToken(4).records.finishSeconds[0]! - perToken(1).records.finishSeconds[0]!;
  expect(spent).toBeCloseTo(2 * 3 * 1e-4, 12);
});

test("a whole run yields what is expected of it, and says why steps were not skipped", () => {
  const long = Array.from({ length: 60 }, (_, i) => ({
    ...{ arrivalSeconds: i * 0.01, inputTokens: 20, outputTokens: 2000 },
  }));
  const engine = { kvBlocks: 20_000, speculation: spec(4, 0.75) };
  const { metrics, effort } = simulate(listSource(long), toyConfig({ engine, cost: FLAT }));
  expect(metrics.speculation!.meanTokens!).toBeCloseTo(expectedTokens(spec(4, 0.75)), 1);
  // Only the last verification of an answer can be cut short.
  expect(metrics.speculation!.meanEmittedTokens!).toBeGreaterThan(0.99 * metrics.speculation!.meanTokens!);
  expect(metrics.tpot.mean).toBeCloseTo(0.01 / expectedTokens(spec(4, 0.75)), 4);
  expect(effort.stepsSkipped).toBe(0);
  expect(effort.stepsByReason["drafts_drawn"]).toBeGreaterThan(500);
});

const drawnSpeculation = fc.record({
  tokens: fc.integer({ min: 1, max: 6 }),
  acceptanceRate: fc.constantFrom(0, 0.3, 0.8, 1),
  draftCost: fc.constantFrom(0, 0.1),
  seed: fc.nat(3),
});

test.each(["vllm-v1", "sjf", "priority", "edf", "fair"] as const)(
  "both modes give one run with drafts under %s: tokens, blocks and requests are conserved",
  (policy) => {
    const seen = { preempted: 0, left: 0, accepted: 0, hits: 0, completed: 0 };
    fc.assert(
      fc.property(
        ...[withSharedPrompts(drawnClassedRequests), sharing(drawnSystemsOf(policy)), drawnSpeculation],
        ...[fc.boolean(), fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, drawnImpatience), fc.nat(3)],
        (list, drawn, speculation, shares, impatience, apart) => {
          const { maxNumSeqs, maxNumBatchedTokens } = drawn.engine as Record<string, number>;
          const seats = Math.min(maxNumSeqs!, Math.floor(maxNumBatchedTokens! / (speculation.tokens + 1)));
          const engine = { ...drawn.engine, speculation, maxNumSeqs: seats };
          const base = toyConfig({
            ...drawn,
            engine: { ...engine, ...(!shares && { prefixCaching: undefined }) },
            config: { ...drawn.config, ...impatience },
          });
          const config = apart === 0 ? disaggregated(base, { prefill: 1, decode: 1 }) : base;
          const fast = simulate(listSource(list, CLASSES), { ...config, mode: "fast-forward" });
          const plain = simulate(listSource(list, CLASSES), { ...config, mode: "step-by-step" });
          expectSameRun(fast, plain);
          const { counts, kv, prefixCache } = plain.metrics;
          seen.preempted += kv.preemptions;
          seen.left += counts.timedOut + counts.cancelled;
          seen.accepted += plain.metrics.speculation!.acceptedTokens;
          seen.hits += prefixCache?.hitBlocks ?? 0;
          seen.completed += counts.completed;
        },
      ),
      { numRuns: 250 },
    );
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(20);
  },
);

test("a budget that does not hold a verification of every sequence is refused", () => {
  expect(() =>
    simulate(
      listSource([]),
      toyConfig({ engine: { maxNumSeqs: 64, maxNumBatchedTokens: 255, speculation: spec(3, 0.5) } }),
    ),
  ).toThrow(/max_num_batched_tokens.*at least max_num_seqs times .*256/s);
});
