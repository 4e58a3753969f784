import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { SMALL_SEARCH } from "../support/small-search.ts";
import { ador, contentsOf, workFolder } from "./ador.ts";
import { resultsIn } from "./searches.ts";

type Row = Readonly<Record<string, string>>;
interface Pareto {
  readonly recommended: string;
  readonly front: readonly {
    readonly candidate_id: string;
    readonly results: Readonly<Record<string, number>>;
    readonly half_widths_95: Readonly<Record<string, number>>;
    readonly trade: string;
  }[];
  readonly compared_with: readonly { readonly device: string }[];
  readonly effort: { readonly evaluated: Readonly<Record<string, number>> };
}

describe("ador explore", () => {
  const folder = workFolder({ "search.yaml": SMALL_SEARCH });
  const explore = (out: string, ...args: string[]) =>
    ador(["explore", "search.yaml", "--out", out, ...args], { cwd: folder });
  const query = (sql: string, out = "whole") => ador(["store", "query", sql, "--out", out], { cwd: folder });

  test("writes candidates, the front and a page, and prints one screen", () => {
    const { code, stdout, stderr } = explore("whole", "--workers", "2");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    for (const part of ["Recommended:", "a100-80gb", "Pareto front", "at equal area", "rank correlation"]) {
      expect(stdout).toContain(part);
    }
    const files = resultsIn(join(folder, "whole"));
    expect(Object.keys(files)).toEqual(["candidates.csv", "pareto.json", "report.html"]);
    expect(files["report.html"]).toContain("Recommended:");
    const rows: Row[] = parse(files["candidates.csv"]!, { columns: true });
    const pareto = JSON.parse(files["pareto.json"]!) as Pareto;
    expect(rows.length).toBe(pareto.effort.evaluated["estimate"]);
    const onFront = rows.filter((row) => row["on_front"] === "true").map((row) => row["candidate_id"]);
    expect(new Set(onFront)).toEqual(new Set(pareto.front.map(({ candidate_id }) => candidate_id)));
    expect(onFront).toContain(pareto.recommended);
    for (const row of rows) {
      expect(row["device.systolic_array.columns"]).toBe(row["device.systolic_array.rows"]);
      expect(Number(row["limit.area"])).toBeLessThanOrEqual(500);
      expect(Number(row["limit.peak_power"])).toBeLessThanOrEqual(450);
    }
    for (const { results, half_widths_95: halves } of pareto.front) {
      expect(results["goodput_at_slo_rps"]).toBeGreaterThan(2.5);
      expect(halves["goodput_at_slo_rps"]).toBeGreaterThan(0);
    }
    expect(pareto.compared_with.map(({ device }) => device)).toEqual(["a100-80gb", "ador-recalled"]);
  });

  test("answers queries over its store as CSV", () => {
    const { stdout, code } = query("SELECT fidelity, count(*) AS n FROM evaluations GROUP BY 1 ORDER BY 1");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^fidelity,n\nestimate,\d+\nfull,6\nslice,12\n$/);
    expect(query("DROP TABLE evaluations")).toMatchObject({ code: 2, stdout: "" });
  });

  test("goes on with what it has when asked again, whatever the number of workers, and comes to the same bytes", () => {
    const before = resultsIn(join(folder, "whole"));
    const { code, stderr } = explore("whole", "--workers", "1");
    expect(code).toBe(0);
    expect(stderr).toMatch(/going on: \d+ evaluations are known already/);
    expect(resultsIn(join(folder, "whole"))).toEqual(before);
    expect(explore("single", "--workers", "1", "--quiet")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(resultsIn(join(folder, "single"))).toEqual(before);
  });

  test("leaves a folder alone that holds other things", () => {
    writeFileSync(join(folder, "notes.txt"), "mine");
    expect(ador(["explore", "search.yaml", "--out", "."], { cwd: folder })).toMatchObject({ code: 2 });
  });

  test("names limits that do admit a design where the given ones admit none", () => {
    const area = (limit: string) =>
      ador(["explore", "search.yaml", "--out", "tight", "--set", `explore.constraints.area=${limit}`], {
        cwd: folder,
      });
    const { code, stderr } = area("100mm2");
    expect(code).toBe(2);
    expect(Object.keys(contentsOf(join(folder, "tight")))).toEqual([]);
    const [, admitting] = /area of at most ([\d.]+mm2)/.exec(stderr)!;
    expect(area(admitting!).stderr).not.toContain("no design of the space can be built");
  });

  test.each([
    ["explore.objectives=[{maximise: goodput}]", /unknown name.*did you mean "goodput_/s],
    [
      "explore.space={device.cores: {tie: device.clock * 1}, device.clock: {tie: device.cores * 1}}",
      /contradictory ties/,
    ],
    [
      "explore.constraints={area: 150mm2, memory_bandwidth: 1TB/s}",
      /memory_bandwidth by 80 % and area by .*expected area of at most .*mm2 and memory_bandwidth of at most 18.*, which admits device\.cores=/s,
    ],
    ["slo={ttft: 1us}", /none of \d+ designs serves .* requests\/s within the service level/],
    ["explore.strategy=grid", undefined],
  ])("--set %s", (set, refusal) => {
    const { code, stderr } = explore("set", "--set", "explore.slices=2", "--set", set);
    if (refusal === undefined) expect(code).toBe(0);
    else {
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(refusal) });
      expect(Object.keys(resultsIn(join(folder, "set")))).toEqual([]);
    }
  });
});
