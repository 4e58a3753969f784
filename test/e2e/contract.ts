import { expect } from "vitest";

const DISTRIBUTION_KEYS = ["count", "mean", "std", "min", "p50", "p90", "p95", "p99", "p999", "max"];
const COUNTED = [
  ...(["completed", "rejected", "timed_out", "cancelled", "failed", "unfinished", "interrupted"] as const),
];
const RESOURCES = ["sa", "mac_tree", "vector", "dram", "noc", "p2p"];

interface Summary {
  readonly requests: Readonly<Record<string, number>>;
  readonly slo: { readonly attainment: number | null; readonly goodput_rps: number };
  readonly duration_s: number;
  readonly [key: string]: unknown;
}

/** Holds a result folder to the file contract: keys, units, and the relations between files. */
export function expectContract(files: Readonly<Record<string, string>>): void {
  expect(Object.keys(files)).toEqual(
    expect.arrayContaining(["summary.json", "simulator.json", "requests.csv", "report.html"]),
  );
  const summary = JSON.parse(files["summary.json"]!) as Summary;
  const rows = parseRows(files["requests.csv"]!);
  expectSummary(summary);
  expectRows(rows);
  for (const status of COUNTED) {
    expect(summary.requests[status], status).toBe(rows.filter((row) => row["status"] === status).length);
  }
  expect(summary.requests["submitted"]).toBe(rows.length);
  const good = rows.filter((row) => row["status"] === "completed" && row["slo_met"] === "true").length;
  if (summary.slo.attainment !== null) expect(summary.slo.attainment).toBeCloseTo(good / rows.length, 12);
  expectSimulatorFacts(JSON.parse(files["simulator.json"]!) as Record<string, unknown>);
  for (const machineFact of ["wall_s", "peak_rss_bytes", "node_version", process.cwd()]) {
    expect(files["summary.json"]).not.toContain(machineFact);
  }
}

/** Rows of a CSV without quoted cells, as maps by column. */
export function parseRows(csv: string): Record<string, string>[] {
  const [header, ...lines] = csv.trimEnd().split("\n");
  const names = header!.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    expect(cells.length, line).toBe(names.length);
    return Object.fromEntries(names.map((name, i) => [name, cells[i]!]));
  });
}

function expectSummary(summary: Summary): void {
  expect(summary).toMatchObject({
    scenario: expect.any(String),
    seed: expect.any(Number),
    version: expect.any(String),
  });
  expect(summary["scenario_hash"]).toMatch(/^[0-9a-f]{64}$/);
  for (const name of ["ttft_s", "tbt_s", "tpot_s", "e2e_s", "queue_s"]) {
    const distribution = summary[name] as Record<string, number | null>;
    expect(Object.keys(distribution)).toEqual(expect.arrayContaining(DISTRIBUTION_KEYS));
    if (distribution["count"] === 0) continue;
    const rising = ["min", "p50", "p90", "p95", "p99", "p999", "max"].map((key) => distribution[key]!);
    rising.slice(1).forEach((value, i) => {
      expect(value, `${name} rises`).toBeGreaterThanOrEqual(rising[i]! * (1 - 2e-3));
    });
  }
  const devices = summary["devices"] as Record<string, unknown>;
  for (const key of ["count", "area_mm2", "power_w", "energy_j"]) {
    expect(devices[key], key).toBeGreaterThan(0);
  }
  // No token, no energy of one; the contract wants a number all the same.
  if (summary.requests["completed"]! > 0) expect(devices["energy_per_token_j"]).toBeGreaterThan(0);
  else expect(devices["energy_per_token_j"]).toBeGreaterThanOrEqual(0);
  expect(devices["energy_j"]).toBeCloseTo((devices["power_w"] as number) * summary.duration_s, 6);
  for (const resource of RESOURCES) {
    const share = (devices["utilization"] as Record<string, number | null>)[resource]!;
    expect(share >= 0 && share <= 1 + 1e-9, `${resource}: ${share}`).toBe(true);
  }
  expect(summary["kv"]).toMatchObject({
    capacity_blocks: expect.any(Number),
    preemptions: expect.any(Number),
  });
  expect(summary["audit"]).toMatchObject({ passed: true });
}

function expectRows(rows: readonly Record<string, string>[]): void {
  expect(new Set(rows.map((row) => row["request_id"])).size, "unique ids").toBe(rows.length);
  let latest = -Infinity;
  for (const row of rows) {
    const number = (name: string) => Number(row[name]);
    expect(number("arrival_s")).toBeGreaterThanOrEqual(latest);
    latest = number("arrival_s");
    if (row["status"] !== "completed") continue;
    const id = `request ${row["request_id"]}`;
    const [queue, ttft, e2e, tokens] = [
      number("queue_s"),
      number("ttft_s"),
      number("e2e_s"),
      number("output_tokens"),
    ];
    expect(queue >= 0 && queue <= ttft + 1e-9 && ttft > 0 && e2e >= ttft, id).toBe(true);
    expect(number("first_scheduled_s") - number("arrival_s"), id).toBeCloseTo(queue, 9);
    if (tokens === 1) {
      expect([row["tpot_s"], row["max_tbt_s"]], id).toEqual(["", ""]);
    } else {
      expect(number("tpot_s"), id).toBeCloseTo((e2e - ttft) / (tokens - 1), 9);
      expect(number("max_tbt_s"), id).toBeGreaterThanOrEqual(number("tpot_s") - 1e-9);
    }
  }
}

function expectSimulatorFacts(simulator: Readonly<Record<string, unknown>>): void {
  for (const key of ["wall_s", "wall_total_s", "events", "peak_rss_bytes"]) {
    expect(simulator[key], key).toBeGreaterThan(0);
  }
  for (const key of ["steps", "steps_skipped", "requests_per_wall_s"]) {
    expect(simulator[key], key).toBeGreaterThanOrEqual(0);
  }
}
