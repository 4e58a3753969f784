import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StepCost } from "../../src/perf/step-cost.ts";
import { REJECT_REASONS, STATUS } from "../../src/serving/result.ts";
import { simulate } from "../../src/serving/simulate.ts";
import { Stretch } from "../../src/serving/stretch.ts";
import { drawnRequests, drawnSystems } from "../support/drawn-systems.ts";
import { listSource } from "../support/list-source.ts";
import { toyConfig } from "../support/simulation.ts";

const single = (inputTokens: number, outputTokens: number, arrivalSeconds = 0) => ({
  arrivalSeconds,
  inputTokens,
  outputTokens,
});

describe("one request alone", () => {
  // 10 ms a step whatever it holds, so that every time can be told by counting steps.
  const flat = { baseSeconds: 0.01 - 1e-6, secondsPerToken: 0, secondsPerContextToken: 0 };

  test("takes one step per chunk of its prompt and one per further token", () => {
    const config = toyConfig({ engine: { maxNumBatchedTokens: 100, maxNumSeqs: 8 }, cost: flat });
    const { records, metrics } = simulate(listSource([single(250, 5, 3)]), config);
    // Chunks of 100, 100 and 50 tokens; only the last samples a token (1 µs per sampled token in the toy cost).
    expect(records.firstTokenSeconds[0]).toBeCloseTo(3 + 3 * 0.01 - 2e-6, 9);
    expect(records.finishSeconds[0]).toBeCloseTo(3 + 7 * 0.01 - 2e-6, 9);
    expect(metrics.tpot.mean).toBeCloseTo(0.01, 9);
    expect(metrics.tbt.count).toBe(4);
    expect(metrics.queue.max).toBe(0);
    expect(metrics.durationSeconds).toBeCloseTo(0.07 - 2e-6, 9);
  });

  test("with one output token has no TPOT and no gap", () => {
    const { records, metrics } = simulate(listSource([single(10, 1)]), toyConfig({ cost: flat }));
    expect(metrics.tpot.count).toBe(0);
    expect(metrics.tbt.count).toBe(0);
    expect(records.maxTbtSeconds[0]).toBeNaN();
    expect(records.finishSeconds[0]).toBe(records.firstTokenSeconds[0]);
  });

  test("holds exactly the blocks of its stored tokens", () => {
    const config = toyConfig({ engine: { blockSize: 16, kvBlocks: 100 }, cost: flat });
    // 30 prompt + 4 output tokens, of which the last is never stored: 33 tokens in 3 blocks.
    const { metrics } = simulate(listSource([single(30, 4)]), config);
    expect(metrics.kv.peakUtilization).toBe(3 / 100);
    // Two blocks for the prefill step and the first two decode steps, three for the last.
    expect(metrics.kv.meanUtilization).toBeCloseTo((2 * 3 + 3 * 1) / 4 / 100, 9);
  });
});

describe("admission", () => {
  test("refuses with its reason what could never run, and serves the rest", () => {
    const config = toyConfig({ engine: { maxModelLen: 400, blockSize: 10, kvBlocks: 20 } });
    const requests = [single(390, 11), single(150, 52), single(150, 51), single(10, 10)];
    const { records, metrics } = simulate(listSource(requests), config);
    const reasons = Array.from(records.rejectReason.subarray(0, 4), (code) => REJECT_REASONS[code]);
    expect(reasons).toEqual(["longer-than-max-model-len", "never-fits-kv", "", ""]);
    expect(metrics.counts).toMatchObject({ submitted: 4, completed: 2, rejected: 2, unfinished: 0 });
  });

  test("never runs more than max_num_seqs requests at once", () => {
    const config = toyConfig({ engine: { maxNumSeqs: 3 }, config: { timelineSeconds: 0.005 } });
    const { timeline } = simulate(listSource(Array.from({ length: 12 }, () => single(40, 30))), config);
    expect(Math.max(...timeline!.running)).toBe(3);
    expect(Math.max(...timeline!.waiting)).toBe(9);
  });

  test("serves first come, first served", () => {
    const config = toyConfig({ engine: { maxNumSeqs: 2 } });
    const { records } = simulate(listSource(Array.from({ length: 9 }, () => single(50, 20))), config);
    const starts = Array.from(records.firstScheduledSeconds.subarray(0, 9));
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  });
});

describe("preemption", () => {
  // Two requests of 60 + 40 tokens in a pool of 150: they cannot both reach their end.
  const tight = { engine: { blockSize: 10, kvBlocks: 15, maxNumSeqs: 4 } };

  test("evicts the request admitted last, which recomputes and still gives all its tokens", () => {
    const { records, metrics } = simulate(listSource([single(60, 40), single(60, 40)]), toyConfig(tight));
    expect(Array.from(records.preemptions.subarray(0, 2))).toEqual([0, 1]);
    expect(metrics.counts.completed).toBe(2);
    expect(metrics.tbt.count).toBe(2 * 39);
  });

  test("shows in the largest gap of the evicted request as the stall its client saw", () => {
    const { records, metrics } = simulate(listSource([single(60, 40), single(60, 40)]), toyConfig(tight));
    const stall = records.maxTbtSeconds[1]!;
    expect(stall).toBeGreaterThan(10 * records.maxTbtSeconds[0]!);
    expect(metrics.tbt.max).toBe(stall);
  });
});

describe("replicas", () => {
  const long = single(10, 300);
  const short = single(10, 2);

  test("are served in turn by round-robin", () => {
    const config = toyConfig({ config: { replicas: 3, router: "round-robin" } });
    const { records } = simulate(listSource([long, short, short, short, short]), config);
    expect(Array.from(records.replica.subarray(0, 5))).toEqual([0, 1, 2, 0, 1]);
  });

  test("are chosen by least-outstanding for the fewest open requests, the first among equals", () => {
    const config = toyConfig({ config: { replicas: 2, router: "least-outstanding" } });
    const late = { ...short, arrivalSeconds: 1 };
    const { records } = simulate(listSource([long, short, late, late]), config);
    expect(Array.from(records.replica.subarray(0, 4))).toEqual([0, 1, 1, 0]);
  });
});

describe("service levels", () => {
  test("are judged request by request, a rejected request meeting none", () => {
    const requests = [single(10, 5), single(400, 5), single(9000, 5)];
    const config = toyConfig({ config: { slo: { request: { ttftSeconds: 0.02 }, run: [] } } });
    const { records, metrics } = simulate(listSource(requests), config);
    const met = Array.from(records.sloMet.subarray(0, 3));
    const byHand = Array.from({ length: 3 }, (_, row) =>
      Number(records.firstTokenSeconds[row]! - records.arrivalSeconds[row]! <= 0.02),
    );
    expect(met).toEqual(byHand);
    expect(metrics.slo.attainment).toBe(met.reduce((sum, one) => sum + one, 0) / 3);
  });

  test("on a percentile judge the whole run", () => {
    const target = { metric: "ttft", statistic: "p99", seconds: 1e-4 } as const;
    const config = toyConfig({ config: { slo: { request: {}, run: [target] } } });
    const { metrics } = simulate(listSource([single(10, 5)]), config);
    expect(metrics.slo.runTargets).toEqual([{ ...target, actualSeconds: metrics.ttft.p99, met: false }]);
    expect(metrics.slo.attainment).toBeNull();
  });
});

test("requests outside the measurement window load the system but enter no distribution", () => {
  const requests = Array.from({ length: 10 }, (_, i) => single(50, 10, i * 0.1));
  const config = toyConfig({ config: { window: { fromSeconds: 0.25, untilSeconds: 0.75 } } });
  const all = simulate(listSource(requests), toyConfig());
  const cut = simulate(listSource(requests), config);
  expect(cut.metrics.ttft.count).toBe(5);
  expect(cut.metrics.tbt.count).toBe(5 * 9);
  expect(cut.records.finishSeconds).toEqual(all.records.finishSeconds);
});

test("an observer can stop a run: what completed is kept, the rest is marked", () => {
  const requests = Array.from({ length: 20_000 }, (_, i) => single(50, 10, i * 0.01));
  const { records, metrics, interrupted } = simulate(listSource(requests), toyConfig(), {
    onProgress: (finished) => finished < 1000,
  });
  expect(interrupted).toBe(true);
  expect(metrics.counts.completed).toBeGreaterThanOrEqual(1000);
  expect(metrics.counts.submitted).toBeLessThan(20_000);
  const statuses = new Set(records.status.subarray(0, records.length));
  expect([...statuses].every((status) => status === STATUS.completed || status === STATUS.interrupted)).toBe(
    true,
  );
  expect(metrics.audit.filter(({ passed }) => !passed)).toEqual([]);
});

test.each([
  { engine: { maxNumSeqs: 0 }, key: "max_num_seqs" },
  { engine: { maxNumBatchedTokens: 10, maxNumSeqs: 20 }, key: "max_num_batched_tokens" },
  {
    engine: { enableChunkedPrefill: false, maxNumBatchedTokens: 100, maxModelLen: 200 },
    key: "max_num_batched_tokens",
  },
  { engine: { kvBlocks: 0 }, key: "kv_blocks" },
])("settings that contradict each other are refused: $key", ({ engine, key }) => {
  expect(() => simulate(listSource([]), toyConfig({ engine }))).toThrow(key);
});

test("an empty source gives an empty, audited run", () => {
  const { metrics } = simulate(listSource([]), toyConfig());
  expect(metrics.counts.submitted).toBe(0);
  expect(metrics.ttft.mean).toBeNull();
  expect(metrics.audit.every(({ passed }) => passed)).toBe(true);
});

test("the audit holds on every system that can be drawn", () => {
  fc.assert(
    fc.property(drawnRequests, drawnSystems, (requests, drawn) => {
      const { metrics } = simulate(listSource(requests), toyConfig(drawn));
      expect(metrics.audit.filter(({ passed }) => !passed)).toEqual([]);
      expect(metrics.counts.completed + metrics.counts.rejected).toBe(requests.length);
    }),
    { numRuns: 300 },
  );
});

test("the audit catches a ramp that falls below its roofline on the way", () => {
  const config = toyConfig();
  const cost: StepCost = {
    ...config.cost,
    decodeRamp(shape, growth, ramp) {
      config.cost.decodeRamp(shape, growth, ramp);
      ramp.peakMemorySeconds = 0;
      // Crosses the 8 ms of a step after some hundred steps.
      ramp.peakMemorySecondsPerStep = 8e-5;
    },
  };
  const run = (outputTokens: number) =>
    simulate(listSource([single(10, outputTokens)]), { ...config, cost }).metrics;
  expect(run(80).audit.every(({ passed }) => passed)).toBe(true);
  expect(run(160).audit.find(({ passed }) => !passed)?.law).toBe("no step beats its roofline");
});

test("the audit catches a cost model that beats its own roofline", () => {
  const config = toyConfig();
  const cost = { ...config.cost, rooflineSeconds: () => 1 };
  const { metrics } = simulate(listSource([single(10, 5)]), { ...config, cost });
  expect(metrics.audit.find(({ passed }) => !passed)?.law).toBe("no step beats its roofline");
});

test("a run read off ramps is the run in which every decode step is priced afresh", () => {
  fc.assert(
    fc.property(drawnRequests, drawnSystems, (requests, drawn) => {
      const config = toyConfig(drawn);
      const exact = simulate(listSource(requests), config);
      // The same model, but every decode step is priced afresh instead of read off a ramp.
      const stepwise = simulate(listSource(requests), {
        ...config,
        cost: {
          ...config.cost,
          decodeRamp(shape, _growth, ramp) {
            ramp.seconds = config.cost.step(shape, config.cost.openUse());
            ramp.secondsPerStep = 0;
            ramp.steps = 1;
          },
        },
      });
      for (let row = 0; row < requests.length; row++) {
        if (exact.records.status[row] !== STATUS.completed) continue;
        const difference = exact.records.finishSeconds[row]! - stepwise.records.finishSeconds[row]!;
        expect(Math.abs(difference)).toBeLessThanOrEqual(
          1e-9 * Math.max(1, stepwise.records.finishSeconds[row]!),
        );
      }
    }),
    { numRuns: 300 },
  );
});

test("a stretch whose steps soon take a multiple of the first finds its first boundaries", () => {
  const stretch = new Stretch(0);
  stretch.ramp.seconds = 1e-6;
  stretch.ramp.secondsPerStep = 1e-4;
  stretch.begin(0, Infinity);
  expect(stretch.stepsToReach(1e-25)).toBe(1);
  expect(stretch.stepsToReach(2e-6)).toBe(2);
});

test("a stretch finds the first step boundary at or after a time", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e5, noNaN: true }),
      fc.double({ min: 1e-6, max: 1, noNaN: true }),
      fc.oneof(fc.constant(0), fc.double({ min: 1e-12, max: 1e-4, noNaN: true })),
      fc.integer({ min: 0, max: 5000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (anchor, seconds, slope, k, fraction) => {
        const stretch = new Stretch(0);
        stretch.ramp.seconds = seconds;
        stretch.ramp.secondsPerStep = slope;
        stretch.begin(anchor, Infinity);
        const lower = stretch.timeAfter(k);
        const time = lower + fraction * (stretch.timeAfter(k + 1) - lower);
        const found = stretch.stepsToReach(time);
        expect(stretch.timeAfter(found)).toBeGreaterThanOrEqual(time);
        if (found > 0) expect(stretch.timeAfter(found - 1)).toBeLessThan(time);
      },
    ),
  );
});
