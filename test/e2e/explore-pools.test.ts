import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { POOLED_SEARCH } from "../support/pooled-search.ts";
import { ador, contentsOf, workFolder } from "./ador.ts";
import { resultsIn } from "./searches.ts";

type Row = Readonly<Record<string, string>>;
interface Design {
  readonly candidate_id: string;
  readonly settings: Readonly<Record<string, string | number>>;
  readonly results: Readonly<Record<string, number>>;
}
interface Pareto {
  readonly recommended: string;
  readonly front: readonly Design[];
  readonly compared_with: readonly (Pick<Design, "settings" | "results"> & { readonly device: string })[];
  readonly effort: { readonly evaluated: Readonly<Record<string, number>> };
}
interface Summary {
  readonly ttft_s: { readonly p99: number };
  readonly tbt_s: { readonly p99: number };
  readonly slo: { readonly attainment: number };
  readonly output_throughput_tps: number;
  readonly devices: {
    readonly count: number;
    readonly area_mm2: number;
    readonly energy_per_token_j: number;
  };
}

describe("ador explore of prefill and decode pools", () => {
  const folder = workFolder({ "search.yaml": POOLED_SEARCH });
  const explore = (out: string, ...args: string[]) =>
    ador(["explore", "search.yaml", "--out", out, ...args], { cwd: folder });
  const whole = explore("whole", "--workers", "2");
  const files = resultsIn(join(folder, "whole"));
  const pareto = JSON.parse(files["pareto.json"]!) as Pareto;
  const rows: Row[] = parse(files["candidates.csv"]!, { columns: true });

  test("tells how many devices of each serve most, beside the same devices unified", () => {
    expect(whole).toMatchObject({ code: 0 });
    for (const part of [
      ...["prefill replicas", "decode columns", "unified", "No formula covers pools", "by slices"],
      /\d prefill \+ \d decode +4 unified/,
    ])
      expect(whole.stdout).toMatch(part);
    expect(pareto.effort.evaluated).toMatchObject({ estimate: 0, slice: rows.length, full: 4 });
    const [unified] = pareto.compared_with;
    const best = pareto.front.find(({ candidate_id }) => candidate_id === pareto.recommended)!;
    expect(unified!.settings).toMatchObject({
      ...{ "cluster.pools.prefill.role": "both", "cluster.pools.decode.role": "both" },
    });
    for (const name of ["devices", "area_mm2", "peak_w", "price_dollars"])
      expect(unified!.results[name]).toBe(best.results[name]);
    for (const row of rows) {
      expect(
        Number(row["cluster.pools.prefill.replicas"]) + Number(row["cluster.pools.decode.replicas"]),
      ).toBe(4);
      expect(Number(row["limit.system_area"])).toBeCloseTo(Number(row["area_mm2"]), 6);
      expect(Number(row["limit.prefill.area"])).toBeLessThanOrEqual(500);
      expect(row["limit.devices"]).toBe("4");
    }
  });

  test("finds what ador run finds of the same pools", () => {
    for (const { candidate_id, settings, results } of pareto.front.slice(0, 2)) {
      const sets = Object.entries(settings).flatMap(([path, value]) => ["--set", `${path}=${value}`]);
      expect(ador(["run", "search.yaml", "--out", candidate_id, ...sets], { cwd: folder })).toMatchObject({
        code: 0,
      });
      const summary = JSON.parse(contentsOf(join(folder, candidate_id))["summary.json"]!) as Summary;
      expect(summary.devices).toMatchObject({ count: results["devices"], area_mm2: results["area_mm2"] });
      expect(summary.devices.energy_per_token_j).toBeCloseTo(results["energy_per_token_j"]!, 12);
      expect(summary.ttft_s.p99).toBe(results["ttft_p99_s"]);
      expect(summary.tbt_s.p99).toBe(results["tbt_p99_s"]);
      expect(summary.slo.attainment).toBe(results["slo_attainment"]);
      expect(summary.output_throughput_tps).toBe(results["output_throughput_tps"]);
    }
  });

  test("comes to the same bytes with one worker", () => {
    expect(explore("single", "--workers", "1", "--quiet")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(resultsIn(join(folder, "single"))).toEqual(files);
  });

  test("explains a design pool by pool", () => {
    const { code, stdout } = explore("whole", "--why", "recommended");
    expect(code).toBe(0);
    for (const part of ["Die of prefill", "Die of decode", "decode area", "by replays of the first requests"])
      expect(stdout).toContain(part);
  });

  test("names the limit of the whole system that would admit a design", () => {
    const limited = (limit: string) => explore("tight", "--set", `explore.constraints.system_area=${limit}`);
    const { code, stderr } = limited("500mm2");
    expect(code).toBe(2);
    const [, admitting] = /system_area of at most ([\d.]+mm2)/.exec(stderr)!;
    expect(limited(admitting!).stderr).not.toContain("no design of the space can be built");
  });

  test.each([
    ["explore.space={cluster.pools.decod.replicas: [1, 2]}", /did you mean "decode"\?/],
    ["explore.estimates=100", /explore\.estimates: no formula covers pools/],
  ])("--set %s is refused", (set, refusal) => {
    const { code, stderr } = explore("refused", "--set", set);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(refusal) });
  });

  test("has no proportions, which are those of one die", () => {
    const { code, stderr } = ador(["proportions", "search.yaml", "--out", "p"], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(/cluster\.pools: proportions are those of one die/);
  });
});
