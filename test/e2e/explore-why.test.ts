import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { SMALL_SEARCH } from "../support/small-search.ts";
import { ador, contentsOf, workFolder } from "./ador.ts";

interface Grown {
  readonly resource: string;
  readonly added_mm2: number;
  readonly goodput_per_added_mm2: number | null;
}
interface Explanation {
  readonly design: string;
  readonly results: Readonly<Record<string, number>>;
  readonly headroom: readonly { readonly limit: string; readonly left: number }[];
  readonly area: {
    readonly total_mm2: number;
    readonly blocks: readonly { readonly name: string; readonly mm2: number }[];
  };
  readonly at_slo: {
    readonly offered_rps: number;
    readonly first_target: string;
    readonly targets: readonly { readonly miss_share: number | null; readonly strain: number }[];
    readonly phase: string;
    readonly steps: Readonly<
      Record<"decode" | "with_prompts", { readonly seconds: number; readonly operators: readonly unknown[] }>
    >;
  };
  readonly one_resource_more: { readonly ranked: readonly Grown[] } | null;
  readonly against_recommended: {
    readonly candidate_id: string;
    readonly differences: readonly { readonly setting: string }[];
  } | null;
}

describe("ador explore --why", () => {
  const folder = workFolder({ "search.yaml": SMALL_SEARCH });
  const explore = (...args: string[]) =>
    ador(["explore", "search.yaml", "--out", "out", ...args], { cwd: folder });
  const why = (design: string) => {
    const { code, stdout, stderr } = explore("--why", design, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return JSON.parse(stdout) as Explanation;
  };
  let before: Record<string, string>;
  let rows: readonly Readonly<Record<string, string>>[];
  beforeAll(() => {
    expect(explore("--quiet").code).toBe(0);
    before = contentsOf(join(folder, "out"));
    rows = parse(before["candidates.csv"]!, { columns: true });
  });

  test("tells limits, die, phases and what more area buys on one screen", () => {
    const { code, stdout, stderr } = explore("--why", "recommended");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const part of [
      "Limits, the first hit first",
      "Die of",
      "Bound by",
      "with prompts",
      "one resource more",
    ]) {
      expect(stdout).toContain(part);
    }
    expect(stdout).not.toContain("against the recommended one");
  });

  test("says of the recommended design what the search said", () => {
    const found = why("recommended");
    const row = rows.find(({ candidate_id }) => candidate_id === found.design)!;
    for (const name of ["goodput_at_slo_rps", "ttft_p99_s", "area_mm2", "peak_w"]) {
      expect(found.results[name], name).toBeCloseTo(Number(row[name]), 9);
    }
    const area = found.headroom.find(({ limit }) => limit === "area")!;
    expect(area.left).toBeCloseTo(1 - found.area.total_mm2 / 500, 9);
    expect(found.area.blocks.reduce((sum, { mm2 }) => sum + mm2, 0)).toBeCloseTo(found.area.total_mm2, 6);
    expect(found.headroom.map(({ left }) => left)).toEqual(
      found.headroom.map(({ left }) => left).toSorted((a, b) => a - b),
    );
    expect(found.against_recommended).toBeNull();
  });

  test("looks where the service level is missed, just beyond the goodput", () => {
    const { at_slo: at, results } = why("recommended");
    expect(at.offered_rps).toBeCloseTo(1.03 * results["goodput_at_slo_rps"]!, 9);
    const missed = at.targets.reduce((sum, { miss_share }) => sum + (miss_share ?? 0), 0);
    expect(missed).toBeGreaterThan(0.01);
    expect(at.targets[0]!.strain).toBe(Math.max(...at.targets.map(({ strain }) => strain)));
    expect(["prefill", "decode", "KV cache"]).toContain(at.phase);
    expect(at.steps.with_prompts.seconds).toBeGreaterThan(at.steps.decode.seconds);
  });

  test("ranks what each resource buys by goodput per mm²", () => {
    const { ranked } = why("recommended").one_resource_more!;
    const worth = ranked.flatMap(({ goodput_per_added_mm2: per }) => per ?? []);
    expect(worth).toEqual(worth.toSorted((a, b) => b - a));
    expect(ranked.find(({ resource }) => resource === "systolic arrays")!.added_mm2).toBeGreaterThan(0);
  });

  test("knows a design by the beginning of its id, and tells in what it differs", () => {
    const { design: recommended } = why("recommended");
    const other = rows.find((row) => row["fidelity"] === "estimate" && row["candidate_id"] !== recommended)!;
    const found = why(other["candidate_id"]!.slice(0, 12));
    expect(found.design).toBe(other["candidate_id"]);
    expect(found.results["slo_attainment"]).toBeGreaterThanOrEqual(0);
    expect(found.against_recommended!.candidate_id).toBe(recommended);
    const best = rows.find(({ candidate_id }) => candidate_id === recommended)!;
    const differing = Object.keys(other).filter(
      (name) => /^(device|serving)\./.test(name) && other[name] !== best[name],
    );
    expect(found.against_recommended!.differences.map(({ setting }) => setting)).toEqual(differing);
  });

  test("explains known devices, for which the limits are no bounds", () => {
    expect(why("a100-80gb")).toMatchObject({ design: "a100-80gb", one_resource_more: null });
    const { headroom, one_resource_more: more } = why("ador-recalled");
    expect(headroom[0]).toMatchObject({ limit: "peak_power", left: expect.closeTo(-0.027, 2) });
    expect(more!.ranked.length).toBeGreaterThan(4);
  });

  test.each([
    ["recomended", /unknown design "recomended" \(did you mean "recommended"\?\)/],
    ["a100-80", /unknown design "a100-80" \(did you mean "a100-80gb"\?\)/],
    ["", /unknown design ""/],
  ])("refuses %j", (design, refusal) => {
    expect(explore("--why", design)).toMatchObject({
      ...{ code: 2, stdout: "" },
      stderr: expect.stringMatching(refusal),
    });
  });

  test("refuses the beginning of several ids, and names some", () => {
    const heads = rows.map(({ candidate_id }) => candidate_id!.slice(0, 1));
    const common = heads.find((head, i) => heads.indexOf(head) !== i)!;
    const { code, stderr } = explore("--why", common);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/more of it, such as \w{16}/),
    });
  });

  test("refuses a folder without the search", () => {
    const other = ador(["explore", "search.yaml", "--out", "none", "--why", "recommended"], { cwd: folder });
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("no such store") });
    const changed = explore("--why", "recommended", "--set", "slo.ttft=2s");
    expect(changed).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("knows nothing of this scenario"),
    });
  });

  test("leaves the folder as it was", () => {
    expect(contentsOf(join(folder, "out"))).toEqual(before);
  });
});
