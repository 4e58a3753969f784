import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { deviceAreaMm2 } from "../../src/hardware/area.ts";
import { idleWatts } from "../../src/hardware/power.ts";
import { requestsCsv } from "../../src/report/requests-csv.ts";
import { summaryOf } from "../../src/report/summary.ts";
import { timelineCsv } from "../../src/report/timeline-csv.ts";
import { sampleReports } from "./sample-run.ts";

const reports = sampleReports();
const report = reports[0]!;
const { records, metrics } = report.outcome;
const rows: Record<string, string>[] = parse([...requestsCsv(records)].join(""), { columns: true });

describe("requests.csv", () => {
  test("has a row for every request, in order of arrival", () => {
    expect(rows).toHaveLength(150);
    expect(rows.map((row) => Number(row["arrival_s"]))).toEqual([...records.arrivalSeconds.subarray(0, 150)]);
  });

  test("quotes class names that hold a comma", () => {
    expect(new Set(rows.map((row) => row["class"]))).toEqual(new Set(["chat", "batch, big"]));
  });

  test("writes times in shortest round-trip form, relative to the arrival", () => {
    rows.forEach((row, i) => {
      if (row["status"] !== "completed") return;
      const arrival = records.arrivalSeconds[i]!;
      expect(row["ttft_s"]).toBe(String(records.firstTokenSeconds[i]! - arrival));
      expect(row["e2e_s"]).toBe(String(records.finishSeconds[i]! - arrival));
    });
  });

  test("leaves cells empty for what never happened", () => {
    const rejected = rows.filter((row) => row["status"] === "rejected");
    expect(rejected.length).toBeGreaterThan(0);
    for (const row of rejected) {
      expect(row).toMatchObject({
        first_scheduled_s: "",
        queue_s: "",
        ttft_s: "",
        tpot_s: "",
        max_tbt_s: "",
        e2e_s: "",
      });
      expect(row["reject_reason"]).not.toBe("");
    }
    expect(JSON.stringify(rows)).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe("summary.json", () => {
  const summary = JSON.parse(JSON.stringify(summaryOf(report))) as Record<string, Record<string, number>>;

  test("counts what the rows say", () => {
    for (const status of ["completed", "rejected", "unfinished", "interrupted"]) {
      expect(summary["requests"]![status], status).toBe(
        rows.filter((row) => row["status"] === status).length,
      );
    }
  });

  test("has distributions that follow from the rows", () => {
    const ttft = rows.flatMap((row) => (row["ttft_s"] === "" ? [] : [Number(row["ttft_s"])]));
    expect(summary["ttft_s"]).toMatchObject({
      count: ttft.length,
      min: Math.min(...ttft),
      max: Math.max(...ttft),
    });
    expect(summary["ttft_s"]!["mean"]).toBeCloseTo(
      ttft.reduce((sum, value) => sum + value, 0) / ttft.length,
      12,
    );
    const gaps = rows.reduce(
      (sum, row) => sum + (row["status"] === "completed" ? Number(row["output_tokens"]) - 1 : 0),
      0,
    );
    expect(summary["tbt_s"]!["count"]).toBe(gaps);
  });

  test("judges per-request targets as the rows do", () => {
    const good = rows.filter(
      (row) =>
        Number(row["ttft_s"]) <= 0.3 && Number(row["max_tbt_s"]) <= 0.06 && row["status"] === "completed",
    );
    expect(good.map((row) => row["slo_met"])).toEqual(good.map(() => "true"));
    expect(rows.filter((row) => row["slo_met"] === "true")).toHaveLength(good.length);
    expect(summary["slo"]!["attainment"]).toBeCloseTo(good.length / rows.length, 12);
    expect(summary["slo"]!["goodput_rps"]).toBeCloseTo(good.length / metrics.durationSeconds, 9);
    expect(summary["slo"]!["targets"]).toEqual({
      ttft_s: 0.3,
      max_tbt_s: expect.closeTo(0.06, 12),
      ttft_p99_s: 0.5,
    });
  });

  test("adds idle power over the whole run to the energy of the work", () => {
    const idle = idleWatts(report.system.device) * metrics.durationSeconds;
    expect(summary["devices"]!["energy_j"]).toBeCloseTo(idle + metrics.dynamicJoules, 6);
    expect(summary["devices"]!["power_w"]).toBeCloseTo(
      summary["devices"]!["energy_j"]! / metrics.durationSeconds,
      9,
    );
    expect(summary["devices"]!["area_mm2"]).toBe(deviceAreaMm2(report.system.device).totalMm2);
    const tokens = rows.reduce(
      (sum, row) => sum + (row["status"] === "completed" ? Number(row["output_tokens"]) : 0),
      0,
    );
    expect(summary["devices"]!["energy_per_token_j"]).toBeCloseTo(
      summary["devices"]!["energy_j"]! / tokens,
      9,
    );
  });

  test("records every setting with its default filled in", () => {
    expect(summary["settings"]).toMatchObject({
      model: "llama-3.1-8b",
      device: "ador-recalled",
      serving: { max_num_seqs: 256, max_model_len: 2500, kv_blocks: report.system.engine.kvBlocks },
    });
  });
});

test("timeline.csv has a line per sample, evenly spaced, with KV use as a share", () => {
  const samples: Record<string, string>[] = parse(timelineCsv(report.outcome.timeline!), { columns: true });
  expect(samples.length).toBeGreaterThan(300);
  const times = samples.map((sample) => Number(sample["time_s"]));
  const spacing = times[1]! - times[0]!;
  times.slice(1).forEach((time, i) => {
    expect(time - times[i]!).toBeCloseTo(spacing, 9);
  });
  for (const sample of samples) expect(Number(sample["kv_utilization"])).toBeLessThanOrEqual(1);
});
