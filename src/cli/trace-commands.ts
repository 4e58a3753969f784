import { closeSync, existsSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { Document, visit } from "yaml";
import { InputError, RunError } from "../core/errors.ts";
import type { Distribution } from "../core/quantiles.ts";
import { diskFiles } from "../node/disk-files.ts";
import { jsonText } from "../node/result-files.ts";
import { prepareRequests } from "../node/run-scenario.ts";
import { systemErrorText } from "../node/system-errors.ts";
import { readTraceFile } from "../node/trace-file.ts";
import { formatCount, formatNumber, formatSeconds, formatShare } from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";
import { loadScenario } from "../scenario/load.ts";
import { openSource } from "../scenario/request-supply.ts";
import { writtenSynthetic } from "../scenario/written-synthetic.ts";
import { collectRequests } from "../workload/collect-requests.ts";
import { describeTrace, type TraceDescription } from "../workload/describe.ts";
import { explainFit, type TraceFit } from "../workload/fit.ts";
import { formatTraceCsv } from "../workload/writers/trace-csv.ts";
import type { ConvertFlags, GenerateFlags, OutputFlags, TraceInfoFlags } from "./flags.ts";

/** `ador trace info`. */
export async function traceInfoCommand(path: string, { format, fit, json }: TraceInfoFlags): Promise<void> {
  const trace = await readTraceFile(path, { format, zeroOutput: "drop", arrivals: undefined });
  const description = describeTrace(trace.table);
  const fitted = fit === true ? explainFit(trace.table) : undefined;
  if (json === true) {
    const { spanSeconds, ratePerSecond, gapCv } = description;
    const answer = {
      format: trace.format,
      sha256: trace.sha256,
      requests: description.requests,
      ...{ span_s: spanSeconds, rate_per_s: ratePerSecond, arrival_cv: gapCv },
      input_tokens: { ...description.inputTokens, total: description.totalInputTokens },
      output_tokens: { ...description.outputTokens, total: description.totalOutputTokens },
      requests_by_class: description.requestsByClass,
      prefix: description.prefix && {
        ...{ block_tokens: description.prefix.blockTokens, blocks: description.prefix.blocks },
        ...{
          distinct_blocks: description.prefix.distinctBlocks,
          hit_rate_bound: description.prefix.hitRateBound,
        },
      },
      warnings: trace.warnings,
      ...(fitted !== undefined && { synthetic: writtenSynthetic(fitted.spec) }),
    };
    process.stdout.write(jsonText(answer));
    return;
  }
  for (const warning of trace.warnings) process.stderr.write(`warning: ${warning}\n`);
  process.stdout.write(describedText(path, trace.format, description));
  if (fitted !== undefined) process.stdout.write(fittedText(fitted));
}

function describedText(path: string, format: string, trace: TraceDescription): string {
  const row = (name: string, { mean, p50, p90, p99, max }: Distribution): string[] => [
    name,
    ...[mean, p50, p90, p99, max].map(formatNumber),
  ];
  const rows = [row("input tokens", trace.inputTokens), row("output tokens", trace.outputTokens)];
  const classes = Object.entries(trace.requestsByClass);
  const lines = [
    `${path} (${format}): ${formatCount(trace.requests)} requests in ${formatSeconds(trace.spanSeconds)}`,
    `arrivals: ${formatNumber(trace.ratePerSecond)} a second, coefficient of variation of the gaps ${formatNumber(trace.gapCv)} (1 is Poisson-like)`,
    `tokens: ${formatCount(trace.totalInputTokens)} in, ${formatCount(trace.totalOutputTokens)} out`,
    ...(classes.length > 1
      ? [`classes: ${classes.map(([name, count]) => `${name} ${formatCount(count)}`).join(", ")}`]
      : []),
    ...(trace.prefix === null
      ? []
      : [
          `prefix blocks of ${trace.prefix.blockTokens} tokens: ${formatCount(trace.prefix.blocks)}, an unlimited prefix cache would hit ${formatShare(trace.prefix.hitRateBound)}`,
        ]),
  ];
  return `${lines.join("\n")}\n\n${plainTable(["", "mean", "p50", "p90", "p99", "max"], rows)}\n`;
}

function fittedText({ spec, reasons }: TraceFit): string {
  const document = new Document({ workload: { synthetic: writtenSynthetic(spec) } });
  visit(document, {
    Seq(_key, list) {
      list.flow = true; // Hundreds of lengths, a line each, would bury what matters.
    },
  });
  return `\n${reasons.map((reason) => `# ${reason}\n`).join("")}${document.toString({ lineWidth: 110 })}`;
}

/** `ador trace convert`. */
export async function traceConvertCommand(path: string, flags: ConvertFlags): Promise<void> {
  refuseExisting(flags);
  const { table, warnings } = await readTraceFile(path, {
    format: flags.format,
    zeroOutput: flags.zeroOutput,
  });
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  writeTrace(formatTraceCsv(table), flags);
}

/** `ador trace generate`. */
export async function traceGenerateCommand(path: string, flags: GenerateFlags): Promise<void> {
  refuseExisting(flags);
  const { supply, identity } = await prepareRequests(loadScenario(path, diskFiles, flags));
  for (const warning of identity.warnings) process.stderr.write(`warning: ${warning}\n`);
  const table = supply.kind === "table" ? supply.table : collectRequests(openSource(supply));
  writeTrace(formatTraceCsv(table), flags);
}

function refuseExisting({ out, force }: OutputFlags): void {
  if (out === undefined || force === true || !existsSync(out)) return;
  throw new InputError({
    file: out,
    message: "the file exists",
    expected: "another name, or --force to replace it",
  });
}

/** To standard output, or to a file that is complete or not there at all. */
function writeTrace(pieces: Iterable<string>, { out }: OutputFlags): void {
  if (out === undefined) {
    for (const piece of pieces) process.stdout.write(piece);
    return;
  }
  const partial = `${out}.${process.pid}.partial`;
  try {
    const descriptor = openSync(partial, "w");
    try {
      for (const piece of pieces) writeFileSync(descriptor, piece);
    } finally {
      closeSync(descriptor);
    }
    renameSync(partial, out);
  } catch (error) {
    rmSync(partial, { force: true });
    throw new RunError(`cannot write ${out}: ${systemErrorText(error)}; nothing was kept`);
  }
}
