import { describe, expect, test } from "vitest";
import {
  nextReplications,
  parsePrecision,
  type PrecisionTarget,
} from "../../../src/analysis/replications/precision.ts";
import { replicationSeed } from "../../../src/analysis/replications/replication.ts";
import { InputError } from "../../../src/core/errors.ts";

test("a precision names a quantity and a share", () => {
  expect(parsePrecision("ttft_p99=5%")).toEqual({
    name: "ttft_p99",
    metric: "ttft",
    statistic: "p99",
    share: 0.05,
  });
  expect(parsePrecision("tbt_mean = 0.5 %")).toMatchObject({
    metric: "tbt",
    statistic: "mean",
    share: 0.005,
  });
});

test.each([
  ["ttft_p9=5%", /unknown quantity "ttft_p9" \(did you mean "ttft_p90"\?\)/],
  ["ttft_max=5%", /unknown quantity/],
  ["ttft_p99", /invalid precision ""/],
  ["ttft_p99=0.05", /expected a percentage between 0 and 100, such as ttft_p99=5%/],
  ["ttft_p99=0%", /invalid precision "0%"/],
  ["ttft_p99=100%", /invalid precision/],
])("%s is refused", (text, message) => {
  expect(() => parsePrecision(text)).toThrow(InputError);
  expect(() => parsePrecision(text)).toThrow(message);
});

describe("the number of replications", () => {
  const target: PrecisionTarget = { name: "ttft_p99", metric: "ttft", statistic: "p99", share: 0.05 };
  const width = (half: number) => ({ estimate: 1, low: 1 - half, high: 1 + half, confidence: 0.95 });

  test("is ten before the first look", () => {
    expect(nextReplications(1, [target], [], 100)).toBe(10);
    expect(nextReplications(1, [target], [], 6)).toBe(6);
  });

  test("stays when the interval is narrow enough", () => {
    expect(nextReplications(10, [target], [width(0.049)], 100)).toBe(10);
  });

  test("grows with the square of what is missing, at most to twice as many and to what is allowed", () => {
    expect(nextReplications(10, [target], [width(0.06)], 100)).toBe(15);
    expect(nextReplications(10, [target], [width(0.5)], 100)).toBe(20);
    expect(nextReplications(80, [target], [width(0.5)], 100)).toBe(100);
  });

  test("follows the target that asks for most", () => {
    expect(nextReplications(10, [target, target], [width(0.01), width(0.06)], 100)).toBe(15);
  });

  test("grows as far as a percentile takes that has no interval yet", () => {
    expect(nextReplications(10, [target], [{ values: 1000, needed: 1500 }], 100)).toBe(15);
  });
});

test("the first replication has the scenario's seed, the others seeds of their own that depend on it", () => {
  const seeds = Array.from({ length: 100 }, (_, index) => replicationSeed(7, index));
  expect(seeds[0]).toBe(7);
  expect(new Set(seeds).size).toBe(100);
  expect(replicationSeed(7, 5)).toBe(seeds[5]);
  expect(replicationSeed(8, 5)).not.toBe(seeds[5]);
  expect(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0)).toBe(true);
});
