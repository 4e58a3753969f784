import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/core/random.ts";
import type { PoolConfig, SimulationConfig } from "../../src/serving/config.ts";
import type { SimulationResult } from "../../src/serving/result.ts";
import { simulate } from "../../src/serving/simulate.ts";
import { createConversationSource } from "../../src/workload/clients/conversations.ts";
import { disaggregated } from "../support/disaggregated.ts";
import { drawnConversations, drawnImpatience } from "../support/drawn-clients.ts";
import { CLASSES, drawnClassedRequests, EVERY_SCHEDULER } from "../support/drawn-policies.ts";
import { listSource, type ListedRequest } from "../support/list-source.ts";
import { meanWithin } from "../support/replications.ts";
import { expectSameRun } from "../support/same-run.ts";
import { toyConfig, type SimulationOverrides } from "../support/simulation.ts";

const both = (run: (mode: SimulationConfig["mode"]) => SimulationResult) => {
  const [fast, plain] = [run("fast-forward"), run("step-by-step")];
  expectSameRun(fast, plain);
  expect(fast.records.decodeReplica).toEqual(plain.records.decodeReplica);
  return { fast, plain };
};

const drawnCluster = fc.record({
  prefill: fc.integer({ min: 1, max: 3 }),
  decode: fc.integer({ min: 1, max: 3 }),
  bytesPerSecond: fc.constantFrom(1e5, 3e6, Infinity),
  latencySeconds: fc.constantFrom(0, 0.003),
  overlappedLayers: fc.constantFrom(undefined, 4),
});

describe.each(EVERY_SCHEDULER.filter(({ name }) => name !== "orca" && name !== "static"))(
  "under $name",
  ({ systems }) => {
    test("jumping gives the run of stepping, with pools of a handful of blocks and clients that leave", () => {
      const seen = { skipped: 0, preempted: 0, left: 0 };
      fc.assert(
        fc.property(
          ...[drawnClassedRequests, systems, drawnImpatience, drawnCluster, fc.boolean()],
          (requests, drawn, impatience, { prefill, decode, ...transfer }, waits) => {
            const base = toyConfig({ ...drawn, config: { ...drawn.config, ...(!waits && impatience) } });
            const { blockSize, maxModelLen } = base.engine;
            const tight = waits ? { decode: { kvBlocks: Math.ceil(maxModelLen / blockSize) } } : {};
            const config = disaggregated(base, { prefill, decode }, transfer, tight);
            const { fast, plain } = both((mode) =>
              simulate(listSource(requests, CLASSES), { ...config, mode }),
            );
            seen.skipped += fast.effort.stepsSkipped;
            seen.preempted += plain.metrics.kv.preemptions;
            seen.left += plain.metrics.counts.timedOut + plain.metrics.counts.cancelled;
            const { counts } = plain.metrics;
            expect(counts.completed + counts.rejected + counts.timedOut + counts.cancelled).toBe(
              requests.length,
            );
          },
        ),
        { numRuns: 200 },
      );
      for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(30);
    });
  },
);

test("conversations are served apart as they are together: every turn once, in both modes", () => {
  fc.assert(
    fc.property(drawnConversations, drawnCluster, (talk, { prefill, decode, ...transfer }) => {
      const config = disaggregated(toyConfig(), { prefill, decode }, transfer);
      const { plain } = both((mode) => simulate(createConversationSource(talk, 3), { ...config, mode }));
      expect(plain.metrics.counts.completed).toBe(plain.metrics.counts.submitted);
    }),
    { numRuns: 100 },
  );
});

const flat = { baseSeconds: 0.01, secondsPerToken: 0, secondsPerContextToken: 0, secondsPerLogit: 0 };
const request = (inputTokens: number, outputTokens: number, arrivalSeconds = 0): ListedRequest => ({
  ...{ arrivalSeconds, inputTokens, outputTokens },
});

describe("a request on its own", () => {
  const overrides: SimulationOverrides = { cost: flat };
  const run = (transfer: Parameters<typeof disaggregated>[2], requests = [request(100, 11)]) =>
    simulate(listSource(requests), disaggregated(toyConfig(overrides), { prefill: 1, decode: 1 }, transfer));

  test("takes no longer apart than together when its cache moves in no time", () => {
    const together = simulate(listSource([request(100, 11)]), toyConfig(overrides)).records;
    const apart = run({}).records;
    expect(apart.finishSeconds[0]).toBeCloseTo(together.finishSeconds[0]!, 12);
    expect([apart.replica[0], apart.decodeReplica[0]]).toEqual([0, 1]);
  });

  test("waits between its first and second token for all of its cache", () => {
    const { records, metrics } = run({ bytesPerSecond: 1e6, latencySeconds: 0.02 });
    // 100 tokens of 1000 bytes at 1 MB/s, then the latency, then a step.
    expect(records.maxTbtSeconds[0]).toBeCloseTo(0.1 + 0.02 + 0.01, 12);
    expect(metrics.kvTransfer).toMatchObject({ transfers: 1, bytes: 1e5, meanWaitSeconds: 0 });
    expect(metrics.kvTransfer!.meanSeconds).toBeCloseTo(0.12, 12);
  });

  test("sent layer by layer hides what the link carries during the prefill, but never the last layer", () => {
    const gap = (bytesPerSecond: number) =>
      run({ bytesPerSecond, overlappedLayers: 10 }).records.maxTbtSeconds[0]!;
    // The prefill takes 10 ms: 1 MB/s hides 10 of 100 kB; 100 MB/s could hide all, and still sends a tenth after it.
    expect(gap(1e6)).toBeCloseTo(0.09 + 0.01, 12);
    expect(gap(1e8)).toBeCloseTo(1e4 / 1e8 + 0.01, 12);
  });

  test("of one output token never moves", () => {
    const { records, metrics } = run({}, [request(100, 1)]);
    expect(records.decodeReplica[0]).toBe(-1);
    expect(metrics.kvTransfer!.transfers).toBe(0);
  });

  test("whose client leaves in the middle of the transfer frees both ends", () => {
    const config = disaggregated(toyConfig(overrides), { prefill: 1, decode: 1 }, { bytesPerSecond: 1e6 });
    const clients = {
      totalTimeoutSeconds: 0.05,
      retry: { attempts: 2, backoffSeconds: 0, factor: 1, jitter: 0 },
    };
    const { records, metrics } = simulate(listSource([request(100, 11)]), { ...config, clients });
    // The second attempt can only begin when the first cache has landed, at 0.11 s.
    expect(records.firstScheduledSeconds[0]).toBeCloseTo(0.11, 12);
    expect(metrics.counts.timedOut).toBe(1);
    expect(metrics.audit.filter(({ passed }) => !passed)).toEqual([]);
  });
});

test("transfers of one link follow each other: four caches take four times as long as one", () => {
  const requests = Array.from({ length: 4 }, () => request(100, 2));
  const { records } = simulate(
    listSource(requests),
    disaggregated(toyConfig({ cost: flat }), { prefill: 1, decode: 4 }, { bytesPerSecond: 1e6 }),
  );
  const finishes = Array.from(records.finishSeconds.subarray(0, 4)).sort((a, b) => a - b);
  for (const [i, finish] of finishes.entries()) expect(finish).toBeCloseTo(0.01 + 0.1 * (i + 1) + 0.01, 12);
});

test("a decode pool that is full keeps caches where they were computed, and prompts waiting behind them", () => {
  // A prompt takes 10 of the 20 blocks of the prefill replica, and 10 + 2 of the 13 of the decode replica.
  const engines = { prefill: { kvBlocks: 20 }, decode: { kvBlocks: 13 } };
  const config = disaggregated(
    toyConfig({ cost: flat, engine: { blockSize: 10 }, config: { timelineSeconds: 0.0101 } }),
    ...([{ prefill: 1, decode: 1 }, {}, engines] as const),
  );
  const { records, metrics } = simulate(
    listSource(Array.from({ length: 4 }, () => request(100, 21))),
    config,
  );
  expect(metrics.counts.completed).toBe(4);
  expect(metrics.kv.preemptions).toBe(0);
  // One at a time: 20 decode steps each.
  const finishes = Array.from(records.finishSeconds.subarray(0, 4));
  for (let i = 1; i < 4; i++) expect(finishes[i]! - finishes[i - 1]!).toBeCloseTo(0.2, 9);
  // The first cache leaves at once, the second when there is room for it: only then the fourth prompt can start.
  expect(records.firstScheduledSeconds[3]).toBeGreaterThanOrEqual(finishes[0]! - 1e-9);
});

test("a tandem of fixed service times keeps the mean delay of its slower stage, M/D/1, plus both services", () => {
  // Deterministic servers in series are interchangeable: Friedman, "Reduction methods for tandem queuing systems",
  // Operations Research 13(1), 1965. Prefill takes 20 steps of a token, decode 30: ρ = 0.7 at the slower one.
  const [promptSteps, decodeSteps, step] = [20, 30, 0.01];
  const rate = 0.7 / (decodeSteps * step);
  const means = Array.from({ length: 30 }, (_, seed) => {
    const gaps = randomStream(seed, "gaps");
    let arrivalSeconds = 0;
    const requests = Array.from({ length: 4000 }, () => {
      arrivalSeconds -= Math.log(gaps()) / rate;
      return request(promptSteps, decodeSteps + 1, arrivalSeconds);
    });
    const engine = { maxNumSeqs: 1, maxNumBatchedTokens: 1 };
    const config = disaggregated(
      toyConfig({ engine, cost: flat }),
      { prefill: 1, decode: 1 },
      {},
      { prefill: {} },
    );
    const { records } = simulate(listSource(requests), config);
    let delay = 0;
    for (let row = 1000; row < 4000; row++)
      delay += records.finishSeconds[row]! - records.arrivalSeconds[row]!;
    return delay / 3000;
  });
  const service = decodeSteps * step;
  const wait = (0.7 * service) / (2 * (1 - 0.7));
  meanWithin(means, wait + service + promptSteps * step, 0.1);
});

describe("what cannot work is refused", () => {
  const base = toyConfig();
  test.each([
    {
      pools: disaggregated(base, { prefill: 1, decode: 1 }).pools!.slice(0, 1),
      says: /no pool has the role decode/,
    },
    {
      pools: disaggregated(base, { prefill: 1, decode: 1 }).pools!.slice(1),
      says: /no pool has the role prefill/,
    },
    {
      pools: disaggregated(base, { prefill: 1, decode: 1 }).pools!,
      kvTransfer: undefined,
      says: /kv_transfer: missing/,
    },
    {
      pools: disaggregated(base, { prefill: 1, decode: 1 }).pools!.map((pool) => ({
        ...pool,
        scheduler: { policy: "orca" } as const,
      })),
      says: /cannot take over .*"orca"/,
    },
  ])("$says", ({ says, ...changes }) => {
    const config = { ...disaggregated(base, { prefill: 1, decode: 1 }), ...changes };
    expect(() => simulate(listSource([]), config)).toThrow(says);
  });
});

test("unequal pools behind one router: a request goes only where it fits", () => {
  const base = toyConfig();
  const pool = (name: string, maxModelLen: number): PoolConfig => ({
    ...{ name, role: "both", replicas: 2, scheduler: base.scheduler, cost: base.cost, linkBytesPerSecond: 1 },
    engine: { ...base.engine, maxModelLen },
  });
  const config = {
    ...base,
    router: "random" as const,
    pools: [pool("small", 100), pool("large", 1000)],
  };
  const requests = Array.from({ length: 40 }, (_, i) => request(i % 2 === 0 ? 50 : 500, 5, i * 0.001));
  const { records, metrics } = simulate(listSource([...requests, request(2000, 5, 1)]), config);
  expect(metrics.counts).toMatchObject({ completed: 40, rejected: 1 });
  const replicas = Array.from(records.replica.subarray(0, 40));
  expect(replicas.filter((_, i) => i % 2 === 1).every((replica) => replica >= 2)).toBe(true);
  expect(new Set(replicas.filter((_, i) => i % 2 === 0)).size).toBe(4);
});
