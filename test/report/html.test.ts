import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cdfOf, thinCdf } from "../../src/report/html/cdf.ts";
import { cdfChart } from "../../src/report/html/cdf-chart.ts";
import { timeAxis } from "../../src/report/html/chart-parts.ts";
import { html } from "../../src/report/html/markup.ts";
import { renderReport } from "../../src/report/html/render-report.ts";
import { sampleReports } from "./sample-run.ts";

const reports = sampleReports();
const LIBRARY = 'globalThis.echarts = { version: "</script><b>" };';
const page = renderReport(reports, LIBRARY);

interface ChartData {
  readonly id: string;
  readonly option: { readonly series: readonly { readonly data: readonly (readonly number[])[] }[] };
}

function chartsIn(text: string): ChartData[] {
  const data = /<script type="application\/json" id="charts">(.*?)<\/script>/s.exec(text)![1]!;
  return JSON.parse(data) as ChartData[];
}

describe("the report page", () => {
  test("asks for no other file", () => {
    expect(page).not.toMatch(/(?:src|href)="(?!data:)/);
    expect(page).not.toMatch(/url\(|@import|https?:\/\//);
  });

  test("escapes what scenarios and traces may hold", () => {
    expect(page).toContain("sample &lt;scenario&gt; &amp; co");
    expect(page).toContain("a &lt;warning&gt;");
    expect(page).not.toContain("<scenario>");
  });

  test("is not ended by a script end inside the chart library", () => {
    expect(page.split("</script>")).toHaveLength(4);
    expect(page).toContain('"<\\/script><b>"');
  });

  test("has a place for every chart and a chart for every place", () => {
    const places = [...page.matchAll(/id="chart-([a-z0-9-]+)"/g)].map((match) => match[1]);
    expect(places).toEqual(chartsIn(page).map((chart) => chart.id));
    expect(places).toEqual(["ttft", "tbt", "e2e", "ttft-by-prompt", "timeline-requests", "timeline-kv"]);
  });

  test("overlays the systems in every chart, in shares that rise from 0 to 1", () => {
    for (const chart of chartsIn(page).slice(0, 3)) {
      expect(chart.option.series).toHaveLength(2);
      for (const { data } of chart.option.series) {
        expect(data.length).toBeGreaterThan(50);
        data.slice(1).forEach(([seconds, share], i) => {
          expect(seconds).toBeGreaterThanOrEqual(data[i]![0]!);
          expect(share).toBeGreaterThanOrEqual(data[i]![1]!);
        });
        expect(data[0]![1]).toBe(0);
        expect(data.at(-1)![1]).toBe(1);
      }
    }
  });

  test("is small beside the library it carries", () => {
    expect(page.length - LIBRARY.length).toBeLessThan(200_000);
  });

  test("is the same text for the same run", () => {
    expect(renderReport(sampleReports(), LIBRARY)).toBe(page);
  });
});

describe("cumulative distributions", () => {
  test("every point says the share of values at or below it, and both ends are there", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 2000 }),
        (values) => {
          const points = cdfOf(Float64Array.from(values));
          expect(points.length).toBeLessThanOrEqual(400);
          expect(points[0]![0]).toBe(Math.min(...values));
          expect(points.at(-1)).toEqual([Math.max(...values), 1]);
          for (const [seconds, share] of points) {
            const below = values.filter((value) => value < seconds).length;
            const upTo = values.filter((value) => value <= seconds).length;
            expect(share * values.length).toBeGreaterThan(below);
            expect(share * values.length).toBeLessThanOrEqual(upTo + 1e-9);
          }
        },
      ),
    );
  });

  test("thinning keeps the ends and at most 400 points", () => {
    const points = Array.from({ length: 5000 }, (_, i) => ({ seconds: i, share: (i + 1) / 5000 }));
    const thin = thinCdf(points);
    expect(thin.length).toBeLessThanOrEqual(401);
    expect([thin[0], thin.at(-1)]).toEqual([
      [0, 1 / 5000],
      [4999, 1],
    ]);
    expect(thinCdf([])).toEqual([]);
    expect(cdfOf(new Float64Array(0))).toEqual([]);
  });
});

describe("time axes", () => {
  interface Axis {
    readonly min: number;
    readonly max: number;
    readonly axisLabel: { readonly customValues: readonly number[] };
  }

  test("enclose their times and bear at least three labels, however narrow or wide the range", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -5, max: 4, noNaN: true }),
        fc.oneof(
          fc.constant(0),
          fc.double({ min: 1e-3, max: 1, noNaN: true }),
          fc.double({ min: 1, max: 6, noNaN: true }),
        ),
        (exponent, decades) => {
          const [least, most] = [10 ** exponent, 10 ** (exponent + decades)];
          const { min, max, axisLabel } = timeAxis("TTFT", [most, least]) as unknown as Axis;
          expect(min).toBeGreaterThan(0);
          expect(min).toBeLessThan(least);
          expect(max).toBeGreaterThan(most);
          const shown = axisLabel.customValues.filter(
            (tick) => tick >= min * (1 - 1e-9) && tick <= max * (1 + 1e-9),
          );
          expect(shown).toEqual(axisLabel.customValues);
          expect(new Set(shown).size).toBeGreaterThanOrEqual(3);
        },
      ),
    );
  });

  test("a distribution marks targets of equal value by one line that names them all", () => {
    const { option } = cdfChart({
      id: "tbt",
      title: "",
      caption: "",
      axis: "TBT",
      limits: [
        { seconds: 0.05, label: "SLO, largest gap" },
        { seconds: 0.05, label: "p99 target" },
        { seconds: 0.02, label: "p50 target" },
      ],
      series: [[[0.01, 1]]],
      reports: reports.slice(0, 1),
    });
    const [{ markLine }] = option["series"] as [{ markLine: { data: unknown } }];
    expect(markLine.data).toEqual([
      { xAxis: 0.05, name: "SLO, largest gap and p99 target" },
      { xAxis: 0.02, name: "p50 target" },
    ]);
  });
});

test("markup escapes every part that is not markup itself", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { text: made } = html`<p title="${text}">${text}${[html`<b>${text}</b>`, text]}</p>`;
      expect(made.replace(/<p title="[^"<>]*">|<\/?[pb]>/g, "")).not.toMatch(/[<>"]/);
    }),
  );
});
