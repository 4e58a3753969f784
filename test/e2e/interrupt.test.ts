import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, watch } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { needsShared, sharedPath } from "../support/needs.ts";
import { ador, contentsOf, SMALL_SCENARIO, startAdor, TRACE_SCENARIO, workFolder } from "./ador.ts";
import { expectContract, parseRows } from "./contract.ts";

/** Minutes of work: a million requests, every step walked. */
const LONG_SCENARIO = SMALL_SCENARIO.replace("requests: 200", "requests: 1000000");

interface Interruption {
  readonly args?: readonly string[];
  /** Sent at once, one after the other. */
  readonly signals: readonly NodeJS.Signals[];
}

/** Starts a run that would take minutes and interrupts it as soon as its output folder is there. */
async function interrupted(scenario: string, { args = [], signals }: Interruption) {
  const folder = workFolder({ "long.yaml": scenario });
  // The output folder appears as soon as the scenario is found sound, before any request is read or simulated.
  const outputAppears = new Promise<void>((resolve) => {
    const watcher = watch(folder, (_event, name) => {
      if (name !== "out") return;
      watcher.close();
      resolve();
    });
  });
  const child = startAdor(["run", "long.yaml", "--step-by-step", "--out", "out", ...args], folder);
  let stderr = "";
  child.stderr!.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = once(child, "exit") as Promise<[number | null]>;
  await outputAppears;
  for (const signal of signals) child.kill(signal);
  const [code] = await exited;
  return { code, stderr, out: join(folder, "out"), files: contentsOf(join(folder, "out")) };
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends a run and keeps what completed, marked",
  async (signal) => {
    const { code, stderr, files } = await interrupted(LONG_SCENARIO, { signals: [signal] });
    expect(stderr).toContain("interrupted: keeping what completed");
    expect(code).toBe(130);
    expect(Object.keys(files)).toEqual(["report.html", "requests.csv", "simulator.json", "summary.json"]);
    expectContract(files);
    const counts = countOf(parseRows(files["requests.csv"]!));
    expect(JSON.parse(files["summary.json"]!)).toMatchObject({
      interrupted: true,
      requests: { completed: counts["completed"], interrupted: counts["interrupted"] },
    });
    expect(counts["completed"]).toBeGreaterThan(0);
    expect(counts["interrupted"]).toBeGreaterThan(0);
    expect(Object.keys(counts).sort()).toEqual(["completed", "interrupted"]);
  },
);

// Two signals of one kind could reach the program as one.
test.each([[["SIGINT", "SIGTERM"] as const], [["SIGTERM", "SIGINT"] as const]])(
  "a second signal ends the program and leaves nothing behind: %s",
  async (signals) => {
    const { code, stderr, out } = await interrupted(LONG_SCENARIO, { signals });
    expect(code).toBe(130);
    expect(stderr).toContain("Ctrl-C again to drop it");
    expect(existsSync(out)).toBe(false);
  },
);

test("before all requests are read the first signal ends the program, with nothing written", async () => {
  const { code, stderr, out } = await interrupted(TRACE_SCENARIO, {
    args: ["--trace", "-"],
    signals: ["SIGINT"],
  });
  expect(code).toBe(130);
  expect(stderr).not.toContain("keeping");
  expect(existsSync(out)).toBe(false);
});

test("an interrupted comparison keeps the systems that ran", async () => {
  const two = LONG_SCENARIO.replace(
    "device: a100-80gb",
    "systems: { first: { device: a100-80gb }, second: { device: h100 } }",
  );
  const { code, files } = await interrupted(two, { signals: ["SIGINT"] });
  expect(code).toBe(130);
  expect(Object.keys(files)).toContain("first/summary.json");
  expect(Object.keys(files).every((name) => name.startsWith("first/"))).toBe(true);
});

needsShared("checks/contract.mjs")("an interrupted result passes the shared contract check", async () => {
  const { out } = await interrupted(LONG_SCENARIO, { signals: ["SIGINT"] });
  const { stdout } = spawnSync(process.execPath, [sharedPath("checks/contract.mjs"), out], {
    encoding: "utf8",
  });
  expect(stdout).toContain("contract holds");
});

test("a run that is not interrupted says so", () => {
  const folder = workFolder({ "small.yaml": SMALL_SCENARIO });
  const { stdout } = ador(["run", "small.yaml", "--json"], { cwd: folder });
  expect(JSON.parse(stdout)).toMatchObject({ interrupted: false, requests: { interrupted: 0 } });
});

function countOf(rows: readonly Record<string, string>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of rows) counts[status!] = (counts[status!] ?? 0) + 1;
  return counts;
}
