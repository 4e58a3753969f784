import { describe, expect, test } from "vitest";
import { compare, significanceOf } from "../../../src/analysis/comparison/compare.ts";
import { emptyRequests, type ComparedRequests } from "../../../src/analysis/comparison/compared-requests.ts";
import type { Contender } from "../../../src/analysis/comparison/contender.ts";
import { independentDifference } from "../../../src/analysis/comparison/differences.ts";
import { isInterval } from "../../../src/analysis/statistics/output-series.ts";
import { simulate } from "../../../src/serving/simulate.ts";
import { listSource } from "../../support/list-source.ts";
import { toyConfig } from "../../support/simulation.ts";
import { mm1Sojourns } from "../../support/queues.ts";

/** Requests of eleven tokens each whose TTFT is the sojourn in a queue; gaps are a tenth of it. */
function requestsOf(ttft: Float64Array): ComparedRequests {
  const rows = emptyRequests(ttft.length);
  ttft.forEach((seconds, i) => {
    rows.requestId[i] = i;
    rows.arrivalSeconds[i] = i;
    rows.inputTokens[i] = 10;
    rows.outputTokens[i] = 11;
    rows.queue[i] = seconds / 2;
    rows.ttft[i] = seconds;
    rows.e2e[i] = 2 * seconds;
    rows.maxTbt[i] = seconds / 5;
    rows.sloMet[i] = seconds < 3 ? 1 : 0;
    rows.served[i] = 1;
    rows.judged[i] = 1;
  });
  return rows;
}

const contender = (name: string, requests: ComparedRequests): Contender => ({
  ...{ name, requests, figures: { goodput_rps: 1 }, interrupted: false },
});
const queue = (name: string, speed: number, seed = 1) =>
  contender(name, requestsOf(mm1Sojourns(seed, 8000, 0.5, speed)));

function differenceOf(contenders: readonly Contender[], key: string, pair = 0) {
  return compare(contenders).pairs[pair]!.differences.find(({ metric }) => metric.key === key)!;
}

/** Metrics of some run, to be changed. */
const METRICS = simulate(
  listSource([{ arrivalSeconds: 0, inputTokens: 5, outputTokens: 5 }]),
  toyConfig(),
).metrics;

describe("a comparison", () => {
  test("of a system with itself finds no difference in anything", () => {
    const { pairs, winners } = compare([queue("a", 1), queue("b", 1)]);
    expect(pairs[0]!.pairing).toEqual({ kind: "paired", rows: 8000 });
    for (const difference of pairs[0]!.differences) {
      expect(["not significant", "unknown"]).toContain(significanceOf(difference));
    }
    expect(Object.values(winners).every((winner) => winner === null)).toBe(true);
  });

  test("sees with common requests what separate samples hide", () => {
    const paired = differenceOf([queue("a", 1), queue("b", 1.02)], "ttft_mean_s");
    const separate = differenceOf(
      [
        queue("a", 1),
        contender("b", { ...queue("b", 1.02, 2).requests, requestId: new Float64Array(8000).fill(-1) }),
      ],
      "ttft_mean_s",
    );
    expect(significanceOf(paired)).toBe("better");
    expect(significanceOf(separate)).toBe("not significant");
  });

  test("turns its signs when the two change places", () => {
    const [there, back] = [
      differenceOf([queue("a", 1), queue("b", 1.2)], "ttft_p99_s"),
      differenceOf([queue("b", 1.2), queue("a", 1)], "ttft_p99_s"),
    ];
    expect([significanceOf(there), significanceOf(back)]).toEqual(["better", "worse"]);
    const [a, b] = [there.interval!, back.interval!];
    if (!isInterval(a) || !isInterval(b)) throw new Error("long enough");
    expect(a.estimate).toBeCloseTo(-b.estimate, 9);
    expect(a.low).toBeCloseTo(-b.high, 9);
  });

  test("names a winner only when it is surely better than everyone else", () => {
    const clear = compare([queue("slow", 1), queue("fast", 1.3), queue("middle", 1.1)]);
    expect(clear.winners["ttft_mean_s"]).toBe("fast");
    const tied = compare([queue("slow", 1), queue("fast", 1.3), queue("twin", 1.3)]);
    expect(tied.winners["ttft_mean_s"]).toBeNull();
  });

  test("counts more attainment as better and longer times as worse", () => {
    const contenders = [queue("a", 1.3), queue("b", 1)];
    expect(significanceOf(differenceOf(contenders, "slo_attainment"))).toBe("worse");
    expect(significanceOf(differenceOf(contenders, "tbt_mean_s"))).toBe("worse");
  });

  test("gives what only whole runs know no interval, but one over replications", () => {
    const [a, b] = [queue("a", 1), queue("b", 1)];
    expect(differenceOf([a, b], "goodput_rps").interval).toBeUndefined();
    const runs = (goodput: number) =>
      [0.1, 0.2, 0.15].map((noise) => ({
        ...METRICS,
        slo: { ...METRICS.slo, goodputPerSecond: goodput + noise },
      }));
    const differing = differenceOf(
      [
        { ...a, replications: runs(1) },
        { ...b, replications: runs(2) },
      ],
      "goodput_rps",
    );
    // The same noise in both: the difference is known exactly.
    expect(differing.interval).toMatchObject({ estimate: 1 });
    expect(significanceOf(differing)).toBe("better");
  });
});

describe("requests are not paired when", () => {
  const requests = queue("a", 1).requests;
  const changed = (column: "arrivalSeconds" | "outputTokens" | "inputTokens" | "requestId") => {
    const values = requests[column].slice();
    values[41]!++;
    return contender("b", { ...requests, [column]: values });
  };
  test.each([
    ["an arrival differs", changed("arrivalSeconds"), "the arrival of row 42"],
    ["an answer is longer", changed("outputTokens"), "the answer of row 42"],
    ["a prompt is longer", changed("inputTokens"), "the prompt of row 42"],
    ["a request is another one", changed("requestId"), "the request_id of row 42"],
    ["one has more of them", contender("b", { ...requests, length: 7999 }), "8000 requests in one and 7999"],
  ])("%s", (_what, other, why) => {
    const [pair] = compare([contender("a", requests), other]).pairs;
    expect(pair!.pairing).toMatchObject({ kind: "unpaired", why: expect.stringContaining(why) as string });
  });

  test("what an interrupted run did is compared with the same part of the other", () => {
    const part = { ...contender("b", { ...requests, length: 5000 }), interrupted: true };
    expect(compare([contender("a", requests), part]).pairs[0]!.requests).toEqual([5000, 5000]);
  });
});

test("the difference of two independent estimates reaches as far as both sides of theirs", () => {
  const first = { estimate: 10, low: 7, high: 14, confidence: 0.95 };
  const second = { estimate: 20, low: 16, high: 23, confidence: 0.95 };
  // 10 - hypot(4, 4) to 10 + hypot(3, 3).
  expect(independentDifference(first, second)).toMatchObject({
    estimate: 10,
    low: 10 - Math.hypot(4, 4),
    high: 10 + Math.hypot(3, 3),
  });
});
