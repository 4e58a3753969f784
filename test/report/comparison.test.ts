import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assumptionsOf } from "../../src/report/assumptions.ts";
import { compareJsonOf, judge } from "../../src/report/comparison.ts";
import { formatCount, formatSeconds, formatShare, formatUnit } from "../../src/report/format.ts";
import type { RunReport } from "../../src/report/run-report.ts";
import { renderReport } from "../../src/report/html/render-report.ts";
import { runSentence } from "../../src/report/run-sentence.ts";
import { summaryOf } from "../../src/report/summary.ts";
import { terminalScreen } from "../../src/report/terminal.ts";
import { sampleReports } from "./sample-run.ts";

const [hda, a100] = sampleReports() as [RunReport, RunReport];

/** The same run under another name with other figures. */
function variant(name: string, goodput: number, tbtP99: number, ttftP99 = 0.1): RunReport {
  const { metrics } = a100.outcome;
  return {
    ...a100,
    system: { ...a100.system, name },
    outcome: {
      ...a100.outcome,
      metrics: {
        ...metrics,
        tbt: { ...metrics.tbt, p99: tbtP99 },
        ttft: { ...metrics.ttft, p99: ttftP99 },
        slo: { ...metrics.slo, goodputPerSecond: goodput },
      },
    },
  };
}

describe("the verdict", () => {
  test("goes by goodput first, whatever the tails say", () => {
    const verdict = judge([variant("slow", 4, 0.01), variant("fast", 5, 0.03)]);
    expect(verdict).toMatchObject({ winner: "fast", decidedBy: "goodput" });
    expect(verdict.sentence).toMatch(/^fast wins over slow: 1\.3x goodput \(5 against 4 requests\/s, /);
    expect(verdict.sentence).toMatch(/; slow has 3\.0x shorter TBT p99 \(10 ms against 30 ms\)\.$/);
  });

  test("goes by the tail of the token gaps where goodput is equal within 5 %", () => {
    expect(judge([variant("a", 5, 0.03), variant("b", 4.8, 0.02)])).toMatchObject({
      winner: "b",
      decidedBy: "tbt_p99",
    });
  });

  test("asks further only those that are equal so far: a short tail does not make up for goodput", () => {
    const verdict = judge([variant("a", 5, 0.03), variant("idle", 0.1, 0.001), variant("b", 4.9, 0.02)]);
    expect(verdict).toMatchObject({ winner: "b", decidedBy: "tbt_p99" });
    expect(verdict.sentence).toMatch(/^b wins over a: equal goodput, /);
  });

  test("a difference of 6 % decides", () => {
    expect(judge([variant("a", 5, 0.02), variant("b", 4.7, 0.02)])).toMatchObject({
      winner: "a",
      decidedBy: "goodput",
    });
  });

  test("names no winner where nothing differs by 5 %", () => {
    expect(judge([variant("a", 5, 0.02), variant("b", 5.1, 0.0204)])).toMatchObject({
      winner: null,
      decidedBy: null,
    });
  });

  test("names those that are ahead of the others where nothing tells them apart", () => {
    const { sentence } = judge([variant("a", 5, 0.02), variant("slow", 1, 0.02), variant("b", 5, 0.02)]);
    expect(sentence).toMatch(/^No winner: ahead of the others, a and b are within 5 % of each other/);
  });

  test("does not depend on the order of the systems", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.integer({ min: 0, max: 9 }),
            fc.integer({ min: 1, max: 9 }),
            fc.integer({ min: 1, max: 9 }),
          ),
          { minLength: 2, maxLength: 4 },
        ),
        (figures) => {
          const reports = figures.map(([goodput, tbt, ttft], i) => variant(`s${i}`, goodput, tbt, ttft));
          const { winner } = judge(reports);
          const { winner: reversed } = judge([...reports].reverse());
          const best = (name: string | null) =>
            reports.find((report) => report.system.name === name)?.outcome.metrics;
          expect(best(reversed)?.slo.goodputPerSecond).toBe(best(winner)?.slo.goodputPerSecond);
          expect(best(reversed)?.tbt.p99).toBe(best(winner)?.tbt.p99);
        },
      ),
    );
  });

  test("is what the screen and compare.json say", () => {
    const plain = (text: string) => text;
    const screen = terminalScreen([hda, a100], { bold: plain, dim: plain, good: plain });
    expect(screen).toContain(judge([hda, a100]).sentence);
    expect(compareJsonOf([hda, a100])).toMatchObject({
      systems: { hda: { ttft_p99_s: hda.outcome.metrics.ttft.p99 }, a100: { device: "a100-80gb" } },
      verdict: { sentence: judge([hda, a100]).sentence },
    });
  });

  test("a system that serves nothing loses to one that does", () => {
    expect(judge([variant("none", 0, 0.001), variant("some", 1, 0.1)]).winner).toBe("some");
  });
});

describe("what a reader has to know first", () => {
  const plain = { bold: (text: string) => text, good: (text: string) => text };
  const dimLines = (reports: readonly RunReport[]) =>
    terminalScreen(reports, { ...plain, dim: (text) => `<dim>${text}` })
      .split("\n")
      .filter((line) => line.startsWith("<dim>"));

  test("a dataflow design is called idealised, and a GPU beside it measured", () => {
    const [design, gpu, ...more] = assumptionsOf([hda, a100]);
    expect(design).toMatch(/^ador-recalled is an idealised analytical design: .*assumed, area is a sum/);
    expect(gpu).toMatch(/^a100-80gb: constants fitted to measured kernels .* published die area\.$/);
    expect(more).toEqual([]);
    expect(assumptionsOf([hda])).toEqual([design]);
  });

  test("GPUs alone need no such line", () => {
    expect(assumptionsOf([a100])).toEqual([]);
    expect(dimLines([a100])).toEqual([]);
  });

  test("it stands in one dim line below the verdict, on the page, and in both JSON files", () => {
    const text = assumptionsOf([hda, a100]).join(" ");
    expect(dimLines([hda, a100])).toEqual([`<dim>${text}`]);
    expect(renderReport([hda, a100], "")).toContain(`<p class="note">${text}</p>`);
    expect(compareJsonOf([hda, a100])).toMatchObject({ assumptions: assumptionsOf([hda, a100]) });
    expect(summaryOf(hda)).toMatchObject({ assumptions: assumptionsOf([hda]) });
    expect(summaryOf(a100)).toMatchObject({ assumptions: [] });
  });
});

describe("the sentence about one run", () => {
  const withCounts = (completed: number, submitted: number): RunReport => ({
    ...a100,
    outcome: {
      ...a100.outcome,
      metrics: {
        ...a100.outcome.metrics,
        counts: { ...a100.outcome.metrics.counts, completed, submitted },
      },
    },
  });

  test.each([
    [1, 1, "served the only request of"],
    [2, 2, "served all 2 requests of"],
    [0, 1, "served 0 of 1 request of"],
    [5, 1200, "served 5 of 1,200 requests of"],
  ])("%s of %s", (completed, submitted, text) => {
    expect(runSentence(withCounts(completed, submitted))).toContain(text);
  });
});

describe("requests that were rejected", () => {
  const plain = (text: string) => text;
  const linesOf = (reports: readonly RunReport[]) =>
    terminalScreen(reports, { bold: plain, dim: plain, good: plain }).split("\n");
  const reasons = Uint8Array.from({ length: 2500 }, (_, i) => (i < 3 ? 2 : i < 2299 ? 1 : 0));
  const refused = (report: RunReport, rejectReason: Uint8Array): RunReport => ({
    ...report,
    outcome: {
      ...report.outcome,
      records: { ...report.outcome.records, length: rejectReason.length, rejectReason },
      metrics: {
        ...report.outcome.metrics,
        counts: {
          ...report.outcome.metrics.counts,
          rejected: rejectReason.filter((reason) => reason > 0).length,
        },
      },
    },
  });

  test("stand in a row, and their reasons below the sentence about the run", () => {
    const report = refused(a100, reasons);
    const lines = linesOf([report]);
    expect(lines).toContainEqual(expect.stringMatching(/^Requests rejected +2,299$/));
    expect(lines[lines.indexOf(runSentence(report)) + 1]).toBe(
      "2,296 rejected: longer than max_model_len; 3 rejected: larger than the whole KV cache.",
    );
  });

  test("are told system by system where several were compared", () => {
    const lines = linesOf([refused(hda, new Uint8Array(9)), refused(a100, reasons)]);
    expect(lines).toContainEqual(expect.stringMatching(/^Requests rejected +0 +2,299$/));
    expect(lines.filter((line) => line.includes("rejected:"))).toEqual([
      expect.stringMatching(/^a100: 2,296 rejected: longer than max_model_len; /),
    ]);
  });

  test("are not mentioned where there are none", () => {
    expect(linesOf([refused(hda, new Uint8Array(9))]).join("\n")).not.toContain("rejected");
  });
});

describe("figures for people", () => {
  test.each([
    [826, "826 mm²"],
    [null, "-"],
    [NaN, "-"],
  ])("%s mm² reads as %s", (value, text) => {
    expect(formatUnit(value, "mm²")).toBe(text);
  });

  test.each([
    [0.0000123, "12.3 µs"],
    [0.0413, "41.3 ms"],
    [0.9996, "1.00 s"],
    [1.5, "1.50 s"],
    [125, "2 min 5 s"],
    [7320, "2 h 2 min"],
    [0, "0 s"],
    [null, "-"],
    [NaN, "-"],
  ])("%s seconds read as %s", (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  test("only all is 100 %", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (share) => {
        expect(formatShare(share)).not.toBe("100 %");
      }),
    );
    expect(formatShare(1)).toBe("100 %");
  });

  test.each([
    [7, "7"],
    [1234, "1,234"],
    [19366, "19,366"],
    [1e6, "1,000,000"],
  ])("%s counts as %s", (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});
