import fc from "fast-check";
import { expect, test } from "vitest";
import type { SimulationResult } from "../../src/serving/result.ts";
import { simulate } from "../../src/serving/simulate.ts";
import { drawnRequests, drawnSystems } from "../support/drawn-systems.ts";
import { listSource, type ListedRequest } from "../support/list-source.ts";
import { runReferenceEngine } from "../support/reference-engine.ts";
import { toyConfig, type SimulationOverrides } from "../support/simulation.ts";

/** |u − v| ≤ 1e-9 · max(1 s, |u|, |v|). */
function expectClose(u: number | null, v: number | null, what: string): void {
  if (u === null || v === null || Number.isNaN(u) || Number.isNaN(v)) {
    expect(u, what).toEqual(v);
    return;
  }
  expect(
    Math.abs(u - v) / Math.max(1, Math.abs(u), Math.abs(v)),
    `${what}: ${u} against ${v}`,
  ).toBeLessThanOrEqual(1e-9);
}

function expectSameRun(fast: SimulationResult, plain: SimulationResult): void {
  const a = fast.records;
  const b = plain.records;
  expect(a.length).toBe(b.length);
  for (let row = 0; row < a.length; row++) {
    expect(a.status[row]).toBe(b.status[row]);
    expect(a.rejectReason[row]).toBe(b.rejectReason[row]);
    expect(a.replica[row]).toBe(b.replica[row]);
    expect(a.preemptions[row], `preemptions of request ${row}`).toBe(b.preemptions[row]);
    expectClose(a.firstScheduledSeconds[row]!, b.firstScheduledSeconds[row]!, `first scheduled of ${row}`);
    expectClose(a.firstTokenSeconds[row]!, b.firstTokenSeconds[row]!, `first token of ${row}`);
    expectClose(a.finishSeconds[row]!, b.finishSeconds[row]!, `finish of ${row}`);
    expectClose(a.maxTbtSeconds[row]!, b.maxTbtSeconds[row]!, `largest gap of ${row}`);
  }
  expect(fast.gaps.cumulative().map(({ seconds }) => seconds)).toEqual(
    plain.gaps.cumulative().map(({ seconds }) => seconds),
  );
  for (const [i, point] of fast.gaps.cumulative().entries()) {
    expectClose(point.share, plain.gaps.cumulative()[i]!.share, `gap histogram at ${point.seconds} s`);
  }
  const m = fast.metrics;
  const n = plain.metrics;
  expectClose(m.tbt.mean, n.tbt.mean, "mean gap");
  expectClose(m.tbt.std, n.tbt.std, "deviation of gaps");
  expectClose(m.kv.meanUtilization, n.kv.meanUtilization, "mean KV use");
  expect(m.kv.peakUtilization).toBe(n.kv.peakUtilization);
  expect(m.kv.preemptions).toBe(n.kv.preemptions);
  expectClose(m.dynamicJoules, n.dynamicJoules, "energy");
  expectClose(m.utilization.dram, n.utilization.dram, "DRAM use");
  expect(fast.effort.steps).toBe(plain.effort.steps);
  expect(fast.timeline).toEqual(plain.timeline);
  expect(m.audit.filter(({ passed }) => !passed)).toEqual([]);
  expect(n.audit.filter(({ passed }) => !passed)).toEqual([]);
}

function runBoth(requests: readonly ListedRequest[], overrides: SimulationOverrides) {
  const config = toyConfig(overrides);
  const fast = simulate(listSource(requests), { ...config, mode: "fast-forward" });
  const plain = simulate(listSource(requests), { ...config, mode: "step-by-step" });
  return { fast, plain };
}

test("jumping over equal steps gives the run that walking every step gives", () => {
  let preemptions = 0;
  let rejections = 0;
  let skipped = 0;
  fc.assert(
    fc.property(drawnRequests, drawnSystems, (requests, drawn) => {
      const { fast, plain } = runBoth(requests, drawn);
      expectSameRun(fast, plain);
      preemptions += plain.metrics.kv.preemptions;
      rejections += plain.metrics.counts.rejected;
      skipped += fast.effort.stepsSkipped;
    }),
    { numRuns: 1500 },
  );
  // The property would hold emptily if nothing were ever evicted, refused or skipped.
  expect(preemptions).toBeGreaterThan(100);
  expect(rejections).toBeGreaterThan(100);
  expect(skipped).toBeGreaterThan(1000);
});

test("the plain loop gives the run of a naive engine that was written apart from it", () => {
  let preemptions = 0;
  fc.assert(
    fc.property(drawnRequests, drawnSystems, (drawnList, drawn) => {
      const config = toyConfig({ ...drawn, config: { mode: "step-by-step" } });
      const { maxModelLen, kvBlocks, blockSize } = config.engine;
      const longest = Math.min(maxModelLen, kvBlocks * blockSize);
      const requests = drawnList.filter(
        ({ inputTokens, outputTokens }) => inputTokens + outputTokens <= longest,
      );
      const reference = runReferenceEngine(requests, config.engine, config.cost);
      const { records } = simulate(listSource(requests), config);
      for (const [row, expected] of reference.entries()) {
        expect(records.preemptions[row], `preemptions of request ${row}`).toBe(expected.preemptions);
        expectClose(
          records.firstScheduledSeconds[row]!,
          expected.firstScheduledSeconds,
          `first scheduled of ${row}`,
        );
        expectClose(records.firstTokenSeconds[row]!, expected.firstTokenSeconds, `first token of ${row}`);
        expectClose(records.finishSeconds[row]!, expected.finishSeconds, `finish of ${row}`);
        expectClose(records.maxTbtSeconds[row]!, expected.maxTbtSeconds, `largest gap of ${row}`);
        preemptions += expected.preemptions;
      }
    }),
    { numRuns: 600 },
  );
  expect(preemptions).toBeGreaterThan(100);
});

test("samples taken exactly between two steps of a jump see what the plain loop sees", () => {
  // Steps and samples of a quarter of a second fall together without rounding; every token takes a block.
  const cost = { baseSeconds: 0.25, secondsPerToken: 0, secondsPerLogit: 0, secondsPerContextToken: 0 };
  const requests = [{ arrivalSeconds: 0, inputTokens: 4, outputTokens: 40 }];
  const { fast, plain } = runBoth(requests, {
    cost,
    engine: { blockSize: 1 },
    config: { timelineSeconds: 0.25 },
  });
  expect(fast.effort.stepsSkipped).toBeGreaterThan(30);
  expect(fast.timeline).toEqual(plain.timeline);
});
