import { expect } from "vitest";
import type { SimulationResult } from "../../src/serving/result.ts";

/** |u − v| ≤ 1e-9 · max(1 s, |u|, |v|). */
export function expectClose(u: number | null, v: number | null, what: string): void {
  if (u === null || v === null || Number.isNaN(u) || Number.isNaN(v)) {
    expect(u, what).toEqual(v);
    return;
  }
  expect(
    Math.abs(u - v) / Math.max(1, Math.abs(u), Math.abs(v)),
    `${what}: ${u} against ${v}`,
  ).toBeLessThanOrEqual(1e-9);
}

/** The same run in all but the effort: what the two modes of the simulator owe each other. */
export function expectSameRun(fast: SimulationResult, plain: SimulationResult): void {
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
