import { expect } from "vitest";
import { GAP, TTFT, type Attribution } from "../../src/serving/attribution/cause-rows.ts";
import { CAUSE_COUNT, CAUSES } from "../../src/serving/attribution/causes.ts";
import type { SimulationResult } from "../../src/serving/result.ts";

/** |u − v| ≤ 1e-9 · max(1 s, |u|, |v|). */
export function expectClose(u: number | null, v: number | null, what: string): void {
  if (u === null || v === null || Number.isNaN(u) || Number.isNaN(v)) {
    expect(u, what).toEqual(v);
    return;
  }
  // Called a million times by some properties: an assertion costs more than the comparison.
  const difference = Math.abs(u - v) / Math.max(1, Math.abs(u), Math.abs(v));
  if (!(difference <= 1e-9)) expect.fail(`${what}: ${u} against ${v}`);
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
  expect(m.prefixCache).toEqual(n.prefixCache);
  expect(a.cachedTokens?.subarray(0, a.length)).toEqual(b.cachedTokens?.subarray(0, b.length));
  expectClose(m.dynamicJoules, n.dynamicJoules, "energy");
  expectClose(m.utilization.dram, n.utilization.dram, "DRAM use");
  expect(fast.effort.steps).toBe(plain.effort.steps);
  expect(fast.timeline).toEqual(plain.timeline);
  expectSameAttribution(fast, plain);
  expect(m.audit.filter(({ passed }) => !passed)).toEqual([]);
  expect(n.audit.filter(({ passed }) => !passed)).toEqual([]);
}

function expectSameAttribution({ attribution: a }: SimulationResult, plain: SimulationResult): void {
  const b = plain.attribution;
  expect(a === undefined).toBe(b === undefined);
  if (a === undefined || b === undefined) return;
  expectWholeAttribution(plain, b);
  expect(a.order.length).toBe(b.order.length);
  for (const [i, row] of a.order.entries()) {
    const other = b.order[i]!;
    const what = `row ${i}, request ${a.request[row]}`;
    expectClose(a.request[row]!, b.request[other]!, `request of ${what}`);
    expectClose(a.quantity[row]!, b.quantity[other]!, `quantity of ${what}`);
    expectClose(a.atSeconds[row]!, b.atSeconds[other]!, `time of ${what}`);
    expectClose(a.totalSeconds[row]!, b.totalSeconds[other]!, `length of ${what}`);
    for (const [column, cause] of CAUSES.entries()) {
      const seconds = a.causeSeconds[row * CAUSE_COUNT + column]!;
      expectClose(seconds, b.causeSeconds[other * CAUSE_COUNT + column]!, `${cause} of ${what}`);
    }
  }
}

/** Causes add up, every first token is explained once, and every request whose longest gap is too long has a row. */
export function expectWholeAttribution({ records }: SimulationResult, rows: Attribution): void {
  const explained = new Set<number>();
  const largestGap = new Map<number, number>();
  for (const row of rows.order) {
    const causes = rows.causeSeconds.subarray(row * CAUSE_COUNT, (row + 1) * CAUSE_COUNT);
    const total = rows.totalSeconds[row]!;
    const request = rows.request[row]!;
    expectClose(
      causes.reduce((sum, seconds) => sum + seconds, 0),
      total,
      `causes of row ${row}`,
    );
    if (rows.quantity[row] === GAP) largestGap.set(request, Math.max(total, largestGap.get(request) ?? 0));
    if (rows.quantity[row] !== TTFT) continue;
    explained.add(request);
    const ttft = records.firstTokenSeconds[request]! - records.arrivalSeconds[request]!;
    if (!Number.isNaN(ttft)) expectClose(total, ttft, `TTFT of request ${request}`);
  }
  for (let row = 0; row < records.length; row++) {
    if (!Number.isNaN(records.firstTokenSeconds[row])) expect(explained).toContain(row);
    const gap = largestGap.get(row);
    if (gap !== undefined) expectClose(gap, records.maxTbtSeconds[row]!, `longest gap of request ${row}`);
  }
}
