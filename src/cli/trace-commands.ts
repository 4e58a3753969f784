import { Document, visit } from "yaml";
import { InputError } from "../core/errors.ts";
import type { Distribution } from "../core/quantiles.ts";
import { diskFiles } from "../node/disk-files.ts";
import { jsonText } from "../node/result-files.ts";
import { prepareRequests } from "../node/run-scenario.ts";
import { refuseExisting, writeText } from "../node/text-file.ts";
import { readTraceFile, type TraceFile } from "../node/trace-file.ts";
import { formatCount, formatNumber, formatPlural, formatSeconds, formatShare } from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";
import { loadScenario } from "../scenario/load.ts";
import { openSource } from "../scenario/request-supply.ts";
import { writtenSynthetic } from "../scenario/written-synthetic.ts";
import { collectRequests } from "../workload/collect-requests.ts";
import { describeTrace, type TraceDescription } from "../workload/describe.ts";
import type { RequestTable } from "../workload/request.ts";
import type { SyntheticSpec } from "../workload/synthetic.ts";
import { explainFit, type TraceFit } from "../workload/fit.ts";
import { formatMooncakeJsonl } from "../workload/writers/mooncake-jsonl.ts";
import { formatTraceCsv } from "../workload/writers/trace-csv.ts";
import type { ConvertFlags, GenerateFlags, OutputFlags, TraceInfoFlags } from "./flags.ts";

/** `ador trace info`. */
export async function traceInfoCommand(path: string, flags: TraceInfoFlags): Promise<void> {
  const { format, zeroOutput = "drop", failedRows, fit, json } = flags;
  const trace = await readTraceFile(path, { format, zeroOutput, failedRows, lengthsOnly: true });
  if (fit === true && !trace.hasArrivals) {
    throw new InputError({
      file: path,
      message: "the trace lists lengths without arrivals to fit",
      expected: "a trace with arrivals, as ador trace convert --rate makes one",
    });
  }
  const description = describeTrace(trace.table);
  const fitted = fit === true ? explainFit(trace.table) : undefined;
  if (json === true) {
    const { spanSeconds, ratePerSecond, gapCv } = description;
    const answer = {
      format: trace.format,
      sha256: trace.sha256,
      requests: description.requests,
      ...{ span_s: trace.hasArrivals ? spanSeconds : null, rate_per_s: ratePerSecond, arrival_cv: gapCv },
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
  warn(trace.warnings);
  process.stdout.write(describedText(path, trace, description));
  if (fitted !== undefined) process.stdout.write(fittedText(fitted));
}

function describedText(path: string, { format, hasArrivals }: TraceFile, trace: TraceDescription): string {
  const row = (name: string, { mean, p50, p90, p99, max }: Distribution): string[] => [
    name,
    ...[mean, p50, p90, p99, max].map(formatNumber),
  ];
  const rows = [row("input tokens", trace.inputTokens), row("output tokens", trace.outputTokens)];
  const classes = Object.entries(trace.requestsByClass);
  const lines = [
    `${path} (${format}): ${formatPlural(trace.requests, "request")}${hasArrivals ? ` in ${formatSeconds(trace.spanSeconds)}` : ""}`,
    hasArrivals
      ? `arrivals: ${formatNumber(trace.ratePerSecond)} a second, coefficient of variation of the gaps ${formatNumber(trace.gapCv)} (1 is Poisson-like)`
      : "arrivals: none, a list of lengths (--rate of run and convert gives it some)",
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
  const document = new Document({ workload: { synthetic: writtenSynthetic(roundedSpec(spec)) } });
  visit(document, {
    Seq(_key, list) {
      list.flow = true; // Hundreds of lengths, a line each, would bury what matters.
    },
  });
  const yaml = document.toString({ lineWidth: 0 }).split("\n").map(wrapNumbers).join("\n");
  return `\n${reasons.map((reason) => `# ${reason}\n`).join("")}${yaml}`;
}

/** To four significant digits, what the fit knows; whole numbers outside lists (counts, bounds) stay as they are. */
function roundedSpec(spec: SyntheticSpec): SyntheticSpec {
  const round = (key: string, value: unknown): unknown =>
    typeof value === "number" && (!Number.isInteger(value) || /^\d+$/.test(key))
      ? Number(value.toPrecision(4))
      : value;
  return JSON.parse(JSON.stringify(spec), round) as SyntheticSpec;
}

/** A list of numbers filled into lines of up to 100 characters: the YAML writer would give every number its own. */
function wrapNumbers(line: string): string {
  const [, indent, head, numbers] = /^( *)(\w+: )\[ ([\d., ]+) \]$/.exec(line) ?? [];
  if (indent === undefined || line.length <= LINE_WIDTH) return line;
  const inner = `${indent}  `;
  const lines =
    numbers!.match(new RegExp(`.{1,${LINE_WIDTH - inner.length - " ]".length}}(?:, |$)`, "g")) ?? [];
  const filled = lines.map((text) => text.trimEnd()).join(`\n${inner}`);
  return `${indent}${head!}[\n${inner}${filled} ]`;
}

const LINE_WIDTH = 100;

/** `ador trace convert`. */
export async function traceConvertCommand(path: string, flags: ConvertFlags): Promise<void> {
  refuseExisting(flags);
  const { format, zeroOutput, failedRows, rate: ratePerSecond, seed = 0, to } = flags;
  const { table, warnings } = await readTraceFile(path, {
    ...{ format, zeroOutput, failedRows },
    ...(ratePerSecond !== undefined && {
      arrivals: { process: { kind: "poisson", ratePerSecond }, seed },
    }),
  });
  warn(warnings);
  if (to === "csv") {
    writeCsv(table, flags);
    return;
  }
  if (table.classes.length > 1) warn(["Mooncake's format has no place for the trace's classes: dropped"]);
  try {
    writeText(formatMooncakeJsonl(table), flags);
  } catch (error) {
    throw error instanceof InputError ? error.inFile(path) : error;
  }
}

/** `ador trace generate`. */
export async function traceGenerateCommand(path: string, flags: GenerateFlags): Promise<void> {
  refuseExisting(flags);
  const { supply, identity } = await prepareRequests(loadScenario(path, diskFiles, flags));
  warn(identity.warnings);
  writeCsv(supply.kind === "table" ? supply.table : collectRequests(openSource(supply)), flags);
}

function warn(texts: readonly string[]): void {
  for (const text of texts) process.stderr.write(`warning: ${text}\n`);
}

function writeCsv(table: RequestTable, flags: OutputFlags): void {
  if (table.prefixBlocks !== undefined) {
    warn([
      `plain CSV has no place for the trace's ${formatCount(table.prefixBlocks.ids.length)} prefix blocks: dropped`,
    ]);
  }
  writeText(formatTraceCsv(table), flags);
}
