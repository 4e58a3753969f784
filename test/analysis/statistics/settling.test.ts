import { describe, expect, test } from "vitest";
import type { RunSeries } from "../../../src/analysis/statistics/run-series.ts";
import { judgeSteadiness } from "../../../src/analysis/statistics/steadiness.ts";
import { detectWarmup } from "../../../src/analysis/statistics/warmup.ts";
import { randomStream } from "../../../src/core/random.ts";

describe("MSER-5", () => {
  const noise = (seed: number, length: number) => {
    const draw = randomStream(seed, "noise");
    return Float64Array.from({ length }, () => draw() - 0.5);
  };

  test("cuts a start that is larger than the rest, and hardly more", () => {
    for (let seed = 0; seed < 50; seed++) {
      const values = noise(seed, 2000).map((value, i) => value + (i < 300 ? 3 : 0));
      const { values: cut, settled } = detectWarmup(values);
      expect(settled).toBe(true);
      expect(cut).toBeGreaterThanOrEqual(300);
      expect(cut).toBeLessThan(600);
    }
  });

  test("finds that a run has not settled which drifts to its end", () => {
    const values = noise(1, 2000).map((value, i) => value / 10 + (i / 400) ** 3);
    expect(detectWarmup(values).settled).toBe(false);
  });

  test("cuts nothing of values that are all equal", () => {
    expect(detectWarmup(new Float64Array(500).fill(7))).toEqual({ values: 0, settled: true });
  });

  // The cut that leaves the least Σ (x - mean)² / left², found by trying them all.
  test("chooses the cut that trying all cuts chooses", () => {
    for (let seed = 0; seed < 30; seed++) {
      const values = noise(seed, 200).map((value, i) => value + 2 * Math.exp(-i / 20));
      const batches = Array.from({ length: 40 }, (_, batch) =>
        values.subarray(5 * batch, 5 * batch + 5).reduce((sum, value) => sum + value / 5, 0),
      );
      const errors = Array.from({ length: 36 }, (_, cut) => {
        const left = batches.slice(cut);
        const mean = left.reduce((sum, value) => sum + value, 0) / left.length;
        return left.reduce((sum, value) => sum + (value - mean) ** 2, 0) / left.length ** 2;
      });
      expect(detectWarmup(values).values).toBe(5 * errors.indexOf(Math.min(...errors)));
    }
  });
});

/** A single server under a load of `load` times its capacity, as a run would record it. */
function queueRun(seed: number, requests: number, load: number): RunSeries {
  const arrivals = randomStream(seed, "arrivals");
  const services = randomStream(seed, "services");
  const column = (): Float64Array => new Float64Array(requests);
  const [arrivalSeconds, queue, e2e, tpot] = [column(), column(), column(), column()];
  let [now, wait] = [0, 0];
  for (let i = 0; i < requests; i++) {
    const service = -Math.log(services());
    arrivalSeconds[i] = now;
    queue[i] = wait;
    e2e[i] = wait + service;
    tpot[i] = 0.01 + 0.001 * services();
    const pause = -Math.log(arrivals()) / load;
    now += pause;
    wait = Math.max(0, wait + service - pause);
  }
  const gaps = new Float64Array(requests).fill(1);
  return {
    ...{ arrivalSeconds, queue, ttft: e2e, e2e },
    multiToken: { arrivalSeconds, tpot, gaps, gapSeconds: tpot, maxTbt: tpot },
  };
}

describe("a run is called", () => {
  const SEEDS = 100;
  const verdicts = (requests: number, load: number) => {
    const counts = { steady: 0, "too short": 0, unstable: 0 };
    for (let seed = 0; seed < SEEDS; seed++)
      counts[judgeSteadiness(queueRun(seed, requests, load)).verdict]++;
    return counts;
  };

  test("steady when it is long and its load is below capacity", () => {
    expect(verdicts(10_000, 0.5).steady).toBeGreaterThanOrEqual(0.95 * SEEDS);
  });

  test("unstable when its load is above capacity, with how much above", () => {
    expect(verdicts(2000, 1.5).unstable).toBe(SEEDS);
    const { reason } = judgeSteadiness(queueRun(1, 10_000, 1.5));
    expect(reason).toMatch(/offered load above capacity, about 1\.[45]\d? times/);
  });

  test("too short, never unstable, when its load is close to capacity and it is short", () => {
    const { unstable, steady } = verdicts(1000, 0.9);
    expect(unstable).toBeLessThanOrEqual(0.02 * SEEDS);
    expect(steady).toBeLessThanOrEqual(0.02 * SEEDS);
  });

  test("too short below a hundred requests, whatever they saw", () => {
    const { verdict, reason } = judgeSteadiness(queueRun(1, 99, 0.1));
    expect(verdict).toBe("too short");
    expect(reason).toContain("100 are needed");
  });

  test("too short when requests arrive for hardly longer than one takes", () => {
    const run = queueRun(1, 500, 0.1);
    const e2e = run.e2e.map(() => 1000);
    const { verdict, reason } = judgeSteadiness({ ...run, e2e });
    expect(verdict).toBe("too short");
    expect(reason).toContain("10 times as long as one takes");
  });
});
