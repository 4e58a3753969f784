import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { SearchStore } from "../../src/node/search-store.ts";
import { ador, contentsOf, startAdor, workFolder } from "./ador.ts";

const SEARCH = `
name: small-search
description: A small space under two hundred requests.
model: llama-3.1-8b
device: { base: ador-recalled, memory: { stacks: 4, capacity: 64GiB, bandwidth: 1.8TB/s } }
workload:
  synthetic:
    arrivals: { process: poisson, rate: 3/s }
    input: { distribution: uniform, min: 50, max: 1500 }
    output: { distribution: uniform, min: 1, max: 120 }
    requests: 260
serving: { max_model_len: 4096 }
slo: { ttft: 1s, max_tbt: 100ms }
explore:
  space:
    device.cores: [8, 16, 24, 32]
    device.systolic_array.rows: [32, 64, 128]
    device.systolic_array.columns: { tie: device.systolic_array.rows }
    device.local_sram_per_core: [512KiB, 1MiB, 2MiB]
    serving.max_num_batched_tokens: [256, 512]
  constraints: { area: 500mm2, peak_power: 450W }
  strategy: evolve
  estimates: 40
  slices: 8
  replays: 4
  slice_requests: 100
  compare_with: [a100-80gb, ador-recalled]
`;

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

/** What a search writes beside its store, which is a database and may differ in its bytes. */
function resultsIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(contentsOf(folder)).filter(([name]) => !name.startsWith("store.")),
  );
}

describe("ador explore", () => {
  const folder = workFolder({ "search.yaml": SEARCH });
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

  test("comes to the same bytes after any number of kills, with nothing run twice", async () => {
    for (let kill = 0; kill < 12; kill++) {
      const child = startAdor(
        ["explore", "search.yaml", "--out", "killed", "--workers", "2", "--quiet"],
        folder,
      );
      const ended = new Promise((resolve) => child.once("exit", resolve));
      // Later and later, so that starting, estimating, replaying and writing are all hit.
      const timer = setTimeout(() => child.kill("SIGKILL"), 250 + 220 * kill);
      await ended;
      clearTimeout(timer);
    }
    // A process that the system ends is one more that was killed: the next one goes on.
    let { code } = explore("killed");
    for (let again = 0; code === null && again < 3; again++) ({ code } = explore("killed"));
    expect(code).toBe(0);
    expect(resultsIn(join(folder, "killed"))).toEqual(resultsIn(join(folder, "whole")));
    const sum = "SELECT count(*) AS n, count(DISTINCT design || fidelity) AS distinct_n FROM evaluations";
    expect(query(sum, "killed").stdout).toBe(query(sum).stdout);
  });

  test("keeps out of a folder in which another search is at work", () => {
    const facts = { study: "s", scenario: "s", model: "m", version: "0", space: [] };
    const other = new SearchStore(join(folder, "busy"), facts);
    const { code, stderr } = explore("busy");
    other.close();
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("another search works on this folder"),
    });
  });

  test("leaves a folder alone that holds other things, and a store that is none", () => {
    writeFileSync(join(folder, "notes.txt"), "mine");
    expect(ador(["explore", "search.yaml", "--out", "."], { cwd: folder })).toMatchObject({ code: 2 });
    writeFileSync(join(folder, "killed/store.db"), "no database at all ".repeat(300));
    for (const suffix of ["-wal", "-shm"]) rmSync(join(folder, `killed/store.db${suffix}`), { force: true });
    const { code, stderr } = explore("killed");
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("cannot open the store"),
    });
    expect(readFileSync(join(folder, "killed/store.db"), "utf8")).toContain("no database at all");
  });

  test.each([
    ["explore.objectives=[{maximise: goodput}]", /unknown name.*did you mean "goodput_/s],
    [
      "explore.space={device.cores: {tie: device.clock * 1}, device.clock: {tie: device.cores * 1}}",
      /contradictory ties/,
    ],
    ["explore.constraints.area=100mm2", /no design of the space can be built; the nearest is beyond/],
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
