import { once } from "node:events";
import { watch } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ador, contentsOf, SMALL_SCENARIO, startAdor, workFolder } from "./ador.ts";
import { parseRows } from "./contract.ts";

/** Minutes of work: a million requests, every step walked. */
const LONG_SCENARIO = SMALL_SCENARIO.replace("requests: 200", "requests: 1000000");

async function interrupted(signal: NodeJS.Signals, scenario = LONG_SCENARIO) {
  const folder = workFolder({ "long.yaml": scenario });
  // The output folder appears as soon as the scenario is found sound, before anything is simulated.
  const outputAppears = new Promise<void>((resolve) => {
    const watcher = watch(folder, (_event, name) => {
      if (name !== "out") return;
      watcher.close();
      resolve();
    });
  });
  const child = startAdor(["run", "long.yaml", "--step-by-step", "--out", "out"], folder);
  let stderr = "";
  child.stderr!.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = once(child, "exit") as Promise<[number | null]>;
  await outputAppears;
  child.kill(signal);
  const [code] = await exited;
  return { code, stderr, files: contentsOf(join(folder, "out")) };
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends a run and keeps what completed, marked",
  async (signal) => {
    const { code, stderr, files } = await interrupted(signal);
    expect(stderr).toContain("interrupted: keeping what completed");
    expect(code).toBe(130);
    expect(Object.keys(files)).toEqual(["report.html", "requests.csv", "simulator.json", "summary.json"]);
    expect(JSON.parse(files["summary.json"]!)).toMatchObject({ interrupted: true });
    const rows = parseRows(files["requests.csv"]!);
    const counts = countOf(rows);
    expect(counts["completed"]).toBeGreaterThan(0);
    expect(counts["interrupted"]).toBeGreaterThan(0);
    expect(Object.keys(counts).sort()).toEqual(["completed", "interrupted"]);
  },
);

test("an interrupted comparison keeps the systems that ran", async () => {
  const two = LONG_SCENARIO.replace(
    "device: a100-80gb",
    "systems: { first: { device: a100-80gb }, second: { device: h100 } }",
  );
  const { code, files } = await interrupted("SIGINT", two);
  expect(code).toBe(130);
  expect(Object.keys(files).every((name) => name.startsWith("first/"))).toBe(true);
});

test("a run that is not interrupted says so", () => {
  const folder = workFolder({ "small.yaml": SMALL_SCENARIO });
  const { stdout } = ador(["run", "small.yaml", "--json"], { cwd: folder });
  expect(JSON.parse(stdout)).toMatchObject({ interrupted: false });
});

function countOf(rows: readonly Record<string, string>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of rows) counts[status!] = (counts[status!] ?? 0) + 1;
  return counts;
}
