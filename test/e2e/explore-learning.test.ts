import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SMALL_SEARCH } from "../support/small-search.ts";
import { ador, workFolder } from "./ador.ts";
import { resultsIn } from "./searches.ts";

describe("ador explore --learn-from", () => {
  const folder = workFolder({
    "search.yaml": SMALL_SEARCH,
    "other-axes.yaml": SMALL_SEARCH.replace("device.local_sram_per_core", "device.global_sram"),
  });
  const explore = (out: string, ...args: string[]) =>
    ador(
      [
        "explore",
        "search.yaml",
        "--out",
        out,
        "--set",
        "explore.strategy=surrogate",
        "--set",
        "explore.estimates=24",
      ].concat(args),
      { cwd: folder },
    );
  const stricter = ["--set", "slo={ttft: 600ms, max_tbt: 70ms}"];
  const paretoIn = (out: string) =>
    JSON.parse(resultsIn(join(folder, out))["pareto.json"]!) as {
      readonly learnt_from?: readonly { readonly scenario: string; readonly designs: number }[];
    };

  test("starts from what a search under another service level found, and says so; the same again to the byte", () => {
    expect(explore("earlier", ...stricter, "--quiet").code).toBe(0);
    expect(paretoIn("earlier").learnt_from).toBeUndefined();
    const first = explore("warm", "--learn-from", "earlier");
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(
      /Learnt from 1 earlier: small-search on llama-3\.1-8b \(24 designs of this space\)/,
    );
    expect(paretoIn("warm").learnt_from).toMatchObject([{ scenario: "small-search", designs: 24 }]);
    const before = resultsIn(join(folder, "warm"));
    // Told of its own store as well, it does not learn from itself.
    expect(explore("warm", "--learn-from", "warm,earlier", "--quiet").code).toBe(0);
    expect(resultsIn(join(folder, "warm"))).toEqual(before);
    expect(explore("cold", "--quiet").code).toBe(0);
    expect(resultsIn(join(folder, "cold"))["candidates.csv"]).not.toEqual(before["candidates.csv"]);
  });

  test.each([
    ["a folder without a store", ["--learn-from", "nowhere"], /nowhere.store\.db: no such store/],
    [
      "a strategy that does not learn",
      ["--learn-from", "earlier", "--set", "explore.strategy=evolve"],
      /nothing is learnt/,
    ],
    ["nothing named", ["--learn-from", ","], /Expected one or several/],
  ])("refuses %s and writes nothing", (_, args, refusal) => {
    expect(explore("refused", ...args)).toMatchObject({ code: 2, stderr: expect.stringMatching(refusal) });
    expect(resultsIn(join(folder, "refused"))).toEqual({});
  });

  test("refuses a store of a search over other axes", () => {
    const { code, stderr } = ador(
      [
        "explore",
        "other-axes.yaml",
        "--out",
        "refused",
        "--learn-from",
        "earlier",
        "--set",
        "explore.strategy=surrogate",
      ],
      { cwd: folder },
    );
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no study over the axes.*device\.global_sram/s),
    });
  });
});
