import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { AZURE_SCENARIO, AZURE_TRACE } from "./azure-case.ts";
import { median, printTable, whole } from "./table.ts";

const RUNS = 7;

/** The built program from its start to its end, with all result files written. */
export function benchWholeProcess(): void {
  const main = resolve("dist/bundle/main.js");
  const folder = mkdtempSync(join(tmpdir(), "ador-bench-"));
  try {
    const seconds = Array.from({ length: RUNS }, (_, i) => {
      const out = join(folder, String(i));
      const start = performance.now();
      execFileSync(process.execPath, [
        main,
        "run",
        AZURE_SCENARIO,
        "--trace",
        AZURE_TRACE,
        "--out",
        out,
        "--quiet",
      ]);
      return (performance.now() - start) / 1e3;
    });
    const summary = JSON.parse(readFileSync(join(folder, "0/summary.json"), "utf8")) as {
      requests: { completed: number };
    };
    const { completed } = summary.requests;
    const typical = median(seconds);
    printTable(
      "Whole process: ador run on the Azure conversation trace, files written",
      ["requests", "median", "fastest", "requests per second"],
      [
        [
          whole(completed),
          `${typical.toFixed(3)} s`,
          `${Math.min(...seconds).toFixed(3)} s`,
          whole(completed / typical),
        ],
      ],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
