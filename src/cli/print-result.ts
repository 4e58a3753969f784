import { join } from "node:path";
import { jsonText, type FinishedRun } from "../node/result-files.ts";
import { compareJsonOf } from "../report/comparison.ts";
import { precisionMisses } from "../report/confidence.ts";
import { formatPlural, formatSeconds } from "../report/format.ts";
import { summaryOf } from "../report/summary.ts";
import { terminalScreen } from "../report/terminal.ts";
import type { RunFlags } from "./flags.ts";
import { paintFor } from "./paint.ts";

/** The answer on standard output; how long it took and where it lies on standard error. */
export function printResult(runs: readonly FinishedRun[], { json, quiet, out }: RunFlags): void {
  const reports = runs.map(({ report }) => report);
  const broken = reports.flatMap(({ system, outcome }) =>
    outcome.metrics.audit
      .filter((check) => !check.passed)
      .map((check) => `${system.name}: the self-check failed: ${check.law}: ${check.detail}\n`),
  );
  for (const line of broken) process.stderr.write(line);
  if (json === true) {
    const answer = reports.length > 1 ? compareJsonOf(reports) : summaryOf(reports[0]!);
    process.stdout.write(jsonText(answer));
    return;
  }
  if (quiet === true) return;
  for (const warning of reports[0]!.identity.warnings) process.stderr.write(`warning: ${warning}\n`);
  for (const { replicated } of reports) {
    const misses = replicated === undefined ? [] : precisionMisses(replicated);
    for (const miss of misses) process.stderr.write(`warning: ${miss}\n`);
  }
  process.stdout.write(terminalScreen(reports, paintFor(process.stdout.isTTY)));
  const requests = runs.reduce((sum, { report }) => sum + report.outcome.metrics.counts.submitted, 0);
  const wallSeconds = runs.reduce((sum, run) => sum + run.wallSeconds, 0);
  const where =
    out === undefined
      ? "nothing written (add --out DIR)"
      : `written to ${join(out, "report.html")} and beside it`;
  process.stderr.write(
    `${formatPlural(requests, "request")} replayed in ${formatSeconds(wallSeconds)}; ${where}\n`,
  );
}
