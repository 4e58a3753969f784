import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { printTable, whole } from "./table.ts";

const CANDIDATES = 10_000;
const WORKERS = 2;
const AIM = "2 minutes";

/** The built program's bundled search from its start to its end, with more candidates than it asks for by itself. */
export function benchWholeSearch(): void {
  const folder = mkdtempSync(join(tmpdir(), "ador-bench-search-"));
  try {
    const start = performance.now();
    const answer = execFileSync(
      process.execPath,
      [
        resolve("dist/bundle/main.js"),
        ...["explore", "scenarios/explore/llama3-8b-chat.yaml", "--json", "--workers", String(WORKERS)],
        // Of the strategies the one that goes on for as long as it may.
        ...["--set", "explore.strategy=evolve", "--set", `explore.estimates=${CANDIDATES}`],
        ...["--out", join(folder, "out")],
      ],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 28 },
    );
    const seconds = (performance.now() - start) / 1e3;
    const { evaluated } = (
      JSON.parse(answer) as { effort: { evaluated: Record<"estimate" | "slice" | "full", number> } }
    ).effort;
    if (evaluated.estimate !== CANDIDATES) throw new Error("the search stopped short");
    printTable(
      `Whole process: ador explore with ${WORKERS} workers, results and store written; aim: ${AIM}`,
      ["candidates end to end", "slices", "whole replays", "seconds"],
      [[whole(CANDIDATES), whole(evaluated.slice), whole(evaluated.full), seconds.toFixed(1)]],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
