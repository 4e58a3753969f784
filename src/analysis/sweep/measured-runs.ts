import { parse } from "csv-parse/browser/esm/sync";
import { distributionOf, type Distribution } from "../../core/quantiles.ts";
import { InputError } from "../../core/errors.ts";
import type { Figure } from "../experiment/figures.ts";

/** A run of a real system, as a benchmark reports it. */
export interface MeasuredRun {
  /** Offered requests a second. */
  readonly ratePerSecond: number;
  readonly figures: ReadonlyMap<Figure, number>;
}

/**
 * Reads what was measured: the result of vLLM's serving benchmark (`benchmark_serving.py --save-result`: one JSON object,
 * a list of them, or one a line), or a CSV file with a row a request.
 * @param file its name, for errors
 * @throws InputError for a file of another kind, missing columns or fields, other units
 */
export function parseMeasured(text: string, file: string): MeasuredRun[] {
  const start = text.trimStart()[0];
  return start === "{" || start === "[" ? benchmarkRuns(text, file) : [requestRun(text, file)];
}

/** Fields of the benchmark, in milliseconds, and the figures that they are. ITL is what is called TBT here. */
const MILLISECOND_FIELDS: ReadonlyMap<string, Figure> = new Map(
  (
    [
      ["ttft", "ttft"],
      ["itl", "tbt"],
      ["tpot", "tpot"],
      ["e2el", "e2e"],
    ] as const
  ).flatMap(([field, metric]) =>
    (
      [
        ["mean", "mean"],
        ["median", "p50"],
        ["p90", "p90"],
        ["p95", "p95"],
        ["p99", "p99"],
      ] as const
    ).map(([name, statistic]) => [`${name}_${field}_ms`, `${metric}_${statistic}`] as const),
  ),
);

const RATE_FIELDS: ReadonlyMap<string, Figure> = new Map([
  ["request_throughput", "request_throughput_rps"],
  ["output_throughput", "output_throughput_tps"],
]);

function benchmarkRuns(text: string, file: string): MeasuredRun[] {
  const runs = jsonObjects(text, file).map((fields, i) => benchmarkRun(fields, file, i));
  const offered = runs.filter((run) => run !== undefined);
  if (offered.length > 0) return offered;
  throw new InputError({
    ...{
      file,
      key: "request_rate",
      message: "every run was sent all at once (inf): there is no rate to compare at",
    },
    expected: "runs with a --request-rate",
  });
}

/** Undefined for a run whose requests were all sent at once. */
function benchmarkRun(
  fields: Readonly<Record<string, unknown>>,
  file: string,
  index: number,
): MeasuredRun | undefined {
  const rate = fields["request_rate"];
  const where = index === 0 ? {} : { line: index + 1 };
  if (rate === "inf") return undefined;
  if (rate === undefined || rate === null) {
    throw new InputError({
      ...{ file, ...where, key: "request_rate", message: "missing" },
      expected: "the offered requests a second",
    });
  }
  const figures = new Map<Figure, number>();
  for (const [name, figure] of MILLISECOND_FIELDS) {
    const value = fields[name];
    if (value === undefined) refuseOtherUnit(name, Object.keys(fields), file);
    else figures.set(figure, numberOf(value, name, file) / 1e3);
  }
  for (const [name, figure] of RATE_FIELDS) {
    if (fields[name] !== undefined) figures.set(figure, numberOf(fields[name], name, file));
  }
  if (![...figures.keys()].some((figure) => figure.startsWith("ttft") || figure.startsWith("tbt"))) {
    throw new InputError({
      ...{ file, ...where, message: "no latencies: neither TTFT nor ITL is told" },
      expected: "fields such as mean_ttft_ms, p99_ttft_ms, mean_itl_ms",
    });
  }
  return { ratePerSecond: positive(numberOf(rate, "request_rate", file), "request_rate", file), figures };
}

function jsonObjects(text: string, file: string): Readonly<Record<string, unknown>>[] {
  const parsed =
    tryJson(text) ??
    text
      .trim()
      .split("\n")
      .map((line, i) => lineJson(line, file, i + 1));
  const list = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed];
  const wrong = list.findIndex((item) => typeof item !== "object" || item === null);
  if (list.length === 0 || wrong >= 0) {
    throw new InputError({ file, message: "holds no benchmark results", expected: "one JSON object a run" });
  }
  return list as Readonly<Record<string, unknown>>[];
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function lineJson(line: string, file: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new InputError({ file, line: number, message: `invalid JSON: ${(error as Error).message}` });
  }
}

/** Columns of a row a request, in seconds; as in `requests.csv`. */
const NEEDED = ["arrival_s", "ttft_s", "e2e_s"] as const;
const OPTIONAL = ["tpot_s", "queue_s", "output_tokens"] as const;

function requestRun(text: string, file: string): MeasuredRun {
  const rows = csvRows(text, file);
  const head = rows[0] ?? [];
  for (const name of NEEDED) {
    if (head.includes(name)) continue;
    refuseOtherUnit(name, head, file);
    throw new InputError({
      ...{ file, line: 1, message: "missing column", found: name },
      expected: `the columns ${NEEDED.join(", ")} in seconds (and ${OPTIONAL.join(", ")} where known), or the JSON of vLLM's serving benchmark`,
    });
  }
  for (const name of OPTIONAL)
    if (!head.includes(name) && name.endsWith("_s")) refuseOtherUnit(name, head, file);
  const column = (name: string): Float64Array => columnOf(rows, head.indexOf(name), name, file);
  const arrivals = column("arrival_s");
  const span = Math.max(...arrivals) - Math.min(...arrivals);
  if (arrivals.length < 2 || !(span > 0)) {
    throw new InputError({ file, message: "too few requests to tell a rate", found: arrivals.length });
  }
  const figures = new Map<Figure, number>();
  const add = (metric: "ttft" | "e2e" | "tpot" | "queue", values: Float64Array) => {
    if (values.length === 0) return;
    const found: Distribution = distributionOf(values);
    for (const statistic of ["mean", "p50", "p90", "p95", "p99"] as const)
      figures.set(`${metric}_${statistic}`, found[statistic]!);
  };
  add("ttft", column("ttft_s"));
  add("e2e", column("e2e_s"));
  if (head.includes("tpot_s")) add("tpot", column("tpot_s"));
  if (head.includes("queue_s")) add("queue", column("queue_s"));
  const ratePerSecond = (arrivals.length - 1) / span;
  figures.set("request_throughput_rps", ratePerSecond);
  return { ratePerSecond, figures };
}

function csvRows(text: string, file: string): string[][] {
  try {
    const rows: string[][] = parse(text, { bom: true, skip_empty_lines: true, trim: true });
    return rows;
  } catch (error) {
    throw new InputError({ file, message: `not a CSV file: ${(error as Error).message}` });
  }
}

/** The numbers of a column; empty cells, as of requests that did not complete, are left out. */
function columnOf(
  rows: readonly (readonly string[])[],
  index: number,
  name: string,
  file: string,
): Float64Array {
  const values: number[] = [];
  for (let row = 1; row < rows.length; row++) {
    const cell = rows[row]![index]!;
    if (cell === "") continue;
    const value = Number(cell);
    if (!(value >= 0 && Number.isFinite(value))) {
      throw new InputError({
        ...{ file, line: row + 1, key: name, message: "invalid value", found: cell },
        expected: "seconds",
      });
    }
    values.push(value);
  }
  return Float64Array.from(values);
}

const UNITS = ["s", "ms", "us", "ns", "seconds", "milliseconds"];

/** `ttft_ms` where `ttft_s` is expected: the same quantity, another unit. */
function refuseOtherUnit(name: string, present: readonly string[], file: string): void {
  const at = name.lastIndexOf("_");
  const [stem, unit] = [name.slice(0, at), name.slice(at + 1)];
  const other = UNITS.filter((of) => of !== unit).find((of) => present.includes(`${stem}_${of}`));
  if (other === undefined) return;
  throw new InputError({
    ...{ file, message: "other unit: found", found: `${stem}_${other}` },
    expected: `${name}, in ${unit === "ms" ? "milliseconds as the benchmark writes it" : "seconds"}`,
  });
}

function numberOf(value: unknown, name: string, file: string): number {
  const number = typeof value === "number" ? value : typeof value === "string" ? Number(value) : NaN;
  if (Number.isFinite(number) && number >= 0) return number;
  throw new InputError({
    ...{ file, key: name, message: "invalid value", found: value },
    expected: "a number",
  });
}

function positive(value: number, name: string, file: string): number {
  if (value > 0) return value;
  throw new InputError({
    ...{ file, key: name, message: "invalid value", found: value },
    expected: "a rate more than 0",
  });
}
