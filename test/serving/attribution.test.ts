import fc from "fast-check";
import { expect, test } from "vitest";
import { GAP, TTFT, type Attribution } from "../../src/serving/attribution/cause-rows.ts";
import { CAUSE_COUNT, CAUSES, type Cause } from "../../src/serving/attribution/causes.ts";
import { simulate } from "../../src/serving/simulate.ts";
import { drawnRequests, drawnSystems } from "../support/drawn-systems.ts";
import { listSource, type ListedRequest } from "../support/list-source.ts";
import { expectClose, expectWholeAttribution } from "../support/same-run.ts";
import { TOY_COST, toyConfig, type SimulationOverrides } from "../support/simulation.ts";

function run(requests: readonly ListedRequest[], overrides: SimulationOverrides = {}) {
  const config = toyConfig({ ...overrides, config: { attribution: true, ...overrides.config } });
  const result = simulate(listSource(requests), config);
  expectWholeAttribution(result, result.attribution!);
  return { ...result, attribution: result.attribution! };
}

/** The causes of a request's first token, or of its only explained gap, that take any time. */
function causesOf(rows: Attribution, request: number, quantity: number): Partial<Record<Cause, number>> {
  const row = rows.order.find((at) => rows.request[at] === request && rows.quantity[at] === quantity)!;
  const seconds = CAUSES.map((cause, i) => [cause, rows.causeSeconds[row * CAUSE_COUNT + i]!] as const);
  return Object.fromEntries(seconds.filter(([, value]) => Math.abs(value) > 1e-12));
}

const { baseSeconds, secondsPerToken } = TOY_COST;
const [host, collectives] = [baseSeconds / 4, baseSeconds / 8];

test("causes add up, none is negative, and asking for them changes nothing", () => {
  let gaps = 0;
  fc.assert(
    fc.property(drawnRequests, drawnSystems, (requests, drawn) => {
      const { attribution, ...watched } = run(requests, drawn);
      const plain = simulate(
        listSource(requests),
        toyConfig({ ...drawn, config: { ...drawn.config, attribution: false } }),
      );
      expect(watched.metrics).toEqual(plain.metrics);
      expect(watched.effort).toEqual(plain.effort);
      for (const row of attribution.order) {
        if (attribution.quantity[row] === GAP) gaps++;
        const causes = attribution.causeSeconds.subarray(row * CAUSE_COUNT, (row + 1) * CAUSE_COUNT);
        for (const [i, cause] of CAUSES.entries()) {
          if (!(causes[i]! >= -1e-9)) expect.fail(`${cause} of row ${row}: ${causes[i]}`);
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(gaps).toBeGreaterThan(1000);
});

test("a request alone waits for its own prompt, the host and the collectives", () => {
  const { attribution } = run([{ arrivalSeconds: 1, inputTokens: 100, outputTokens: 1 }]);
  const causes = causesOf(attribution, 0, TTFT);
  expect(Object.keys(causes).sort()).toEqual(["collectives", "host", "own_prefill"]);
  expectClose(causes.host!, host, "host");
  expectClose(causes.collectives!, collectives, "collectives");
});

test("with one seat the second request waits for a slot as long as the first one runs", () => {
  const requests = [
    { arrivalSeconds: 0, inputTokens: 50, outputTokens: 20 },
    { arrivalSeconds: 0, inputTokens: 50, outputTokens: 2 },
  ];
  const { attribution, records } = run(requests, { engine: { maxNumSeqs: 1 } });
  const { slot_wait, kv_wait } = causesOf(attribution, 1, TTFT);
  expectClose(slot_wait!, records.finishSeconds[0]!, "slot wait");
  expect(kv_wait).toBeUndefined();
});

test("with seats but no blocks it waits for blocks", () => {
  const requests = [
    { arrivalSeconds: 0, inputTokens: 96, outputTokens: 20 },
    { arrivalSeconds: 0.001, inputTokens: 96, outputTokens: 2 },
  ];
  const { attribution } = run(requests, { engine: { kvBlocks: 8, maxModelLen: 128 } });
  const { slot_wait, kv_wait } = causesOf(attribution, 1, TTFT);
  expect(kv_wait).toBeGreaterThan(0.1);
  // The step that ran when it came had to end in any case.
  expect(slot_wait).toBeLessThan(0.02);
});

test("two prompts of one step share it by their tokens", () => {
  const requests = [
    { arrivalSeconds: 0, inputTokens: 300, outputTokens: 1 },
    { arrivalSeconds: 0, inputTokens: 100, outputTokens: 1 },
  ];
  const { attribution } = run(requests, { cost: { secondsPerContextToken: 0 } });
  const long = causesOf(attribution, 0, TTFT);
  const short = causesOf(attribution, 1, TTFT);
  expectClose(long.own_prefill! / short.own_prefill!, 3, "shares");
  expectClose(long.own_prefill!, short.other_prefill!, "what one takes the other waits for");
});

test("a gap in a step with a prompt is longer by what the prompt takes", () => {
  const requests = [
    { arrivalSeconds: 0, inputTokens: 10, outputTokens: 30 },
    { arrivalSeconds: 0.1, inputTokens: 400, outputTokens: 1 },
  ];
  const slo = { request: { maxTbtSeconds: 0.012 }, run: [] };
  const { attribution } = run(requests, { cost: { secondsPerContextToken: 0 }, config: { slo } });
  const { other_prefill } = causesOf(attribution, 0, GAP);
  // 400 more tokens and one more sequence with logits.
  expectClose(other_prefill!, 400 * secondsPerToken + TOY_COST.secondsPerLogit, "prompt of the other");
});

test("a preempted request puts what it waits and computes again down to the preemption", () => {
  const requests = Array.from({ length: 4 }, () => ({
    arrivalSeconds: 0,
    inputTokens: 30,
    outputTokens: 60,
  }));
  const slo = { request: { maxTbtSeconds: 0.1 }, run: [] };
  const engine = { kvBlocks: 16, maxModelLen: 96 };
  const { attribution, metrics } = run(requests, { engine, config: { slo } });
  expect(metrics.kv.preemptions).toBeGreaterThan(0);
  const { preemption = 0, ...rest } = causesOf(attribution, 3, GAP);
  expect(preemption).toBeGreaterThan(Object.values(rest).reduce((sum, seconds) => sum + seconds, 0));
});
