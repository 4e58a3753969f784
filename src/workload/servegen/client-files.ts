import { InputError } from "../../core/errors.ts";
import { MOST_TOKENS } from "../checks.ts";
import type { EmpiricalLengths } from "../lengths/empirical.ts";
import { parseRecord } from "../readers/json-row.ts";

/** The two files of one ServeGen client (github.com/alibaba/ServeGen, NSDI 2026), as text. */
export interface ServegenClientText {
  /** Becomes the class of its requests, e.g. "chunk-14". */
  readonly name: string;
  readonly traceFile: string;
  readonly traceText: string;
  readonly datasetFile: string;
  readonly datasetText: string;
}

/** A stretch of time in which a client's requests come at one rate. */
export interface RateWindow {
  readonly startSeconds: number;
  /** 0 when the client is silent. */
  readonly ratePerSecond: number;
  readonly gaps: "gamma" | "weibull";
  /** Shape of the gap distribution; its scale follows from the rate. */
  readonly shape: number;
}

/** A stretch of time with one distribution of lengths. */
export interface LengthWindow {
  readonly startSeconds: number;
  readonly input: EmpiricalLengths;
  readonly output: EmpiricalLengths;
}

/** One client: its windows by rising start, at least one of each. */
export interface ServegenClient {
  readonly name: string;
  readonly rates: readonly RateWindow[];
  readonly lengths: readonly LengthWindow[];
  /** End of the last rate window. */
  readonly endSeconds: number;
}

/** Length of a rate window in the published files; taken where a single one does not tell. */
const DEFAULT_WINDOW_SECONDS = 600;

const TRACE_LINE = "window start (s), requests per second, CV, Gamma or Weibull, shape, scale";

/** Whether a line could stand in a chunk-N-trace.csv, which has no header. */
export function isServegenTrace(line: string): boolean {
  return /^[\d.e+-]+,[\d.e+-]+,[\d.e+-]*,(?:Gamma|Weibull|),[\d.e+-]*,[\d.e+-]*$/.test(line.trim());
}

/** @throws InputError with file and line for whatever is not as described at `TRACE_LINE`, or an empty dataset */
export function parseServegenClient(text: ServegenClientText): ServegenClient {
  const rates = parseRates(text.traceText, text.traceFile);
  const last = rates.at(-1)!.startSeconds;
  const windowSeconds = rates.length > 1 ? last - rates.at(-2)!.startSeconds : DEFAULT_WINDOW_SECONDS;
  return {
    name: text.name,
    rates,
    lengths: parseLengths(text.datasetText, text.datasetFile),
    endSeconds: last + windowSeconds,
  };
}

function parseRates(text: string, file: string): readonly RateWindow[] {
  const windows: RateWindow[] = [];
  text.split("\n").forEach((rawLine, i) => {
    const line = rawLine.trim();
    if (line === "") return;
    const refuse = (message: string) =>
      new InputError({ file, line: i + 1, message, found: line, expected: TRACE_LINE });
    if (!isServegenTrace(line)) throw refuse("not a line of a ServeGen trace:");
    const [start, rate, , gaps, shape] = line.split(",");
    const window: RateWindow = {
      startSeconds: Number(start),
      ratePerSecond: Number(rate),
      gaps: gaps === "Weibull" ? "weibull" : "gamma",
      shape: Number(shape),
    };
    if (!(window.ratePerSecond >= 0)) throw refuse("invalid rate in");
    if (window.ratePerSecond > 0 && !(gaps !== "" && window.shape > 0))
      throw refuse("no gap distribution in");
    if (!(window.startSeconds > (windows.at(-1)?.startSeconds ?? -1))) throw refuse("windows do not rise at");
    windows.push(window);
  });
  if (windows.length === 0)
    throw new InputError({ file, message: "the file is empty", expected: TRACE_LINE });
  return windows;
}

function parseLengths(text: string, file: string): readonly LengthWindow[] {
  const record = parseRecord(text);
  if (record === undefined) {
    throw new InputError({
      file,
      message: "not a JSON object",
      expected: "length tables by window start in seconds",
    });
  }
  const windows: LengthWindow[] = [];
  for (const [start, tables] of Object.entries(record)) {
    const table = (name: string) =>
      parseTable((tables as Readonly<Record<string, unknown>>)[name], file, `${start}.${name}`);
    const input = table("input_tokens");
    const output = table("output_tokens");
    // A window in which the client was silent has empty tables; the lengths before it go on.
    if (input.values.length > 0 && output.values.length > 0) {
      windows.push({ startSeconds: Number(start), input, output });
    }
  }
  if (windows.length === 0) throw new InputError({ file, message: "the file has no length tables" });
  return windows.sort((a, b) => a.startSeconds - b.startSeconds);
}

const TABLE = /^\s*\{(?:\s*"?\d+"?\s*:\s*[\d.eE+-]+\s*(?:,|(?=\})))*\s*\}\s*$/;
const TABLE_ENTRY = /"?(\d+)"?\s*:\s*([\d.eE+-]+)/g;

/** "{18: 0.017, 19: 0.1}": tokens and their probabilities, a Python dictionary or JSON, as text or as an object. */
function parseTable(found: unknown, file: string, key: string): EmpiricalLengths {
  const text = typeof found === "string" ? found : JSON.stringify(found ?? null);
  const refuse = (message: string) =>
    new InputError({ file, key, message, found: text, expected: 'a table such as "{18: 0.4, 19: 0.6}"' });
  if (!TABLE.test(text)) throw refuse("invalid length table");
  const values: number[] = [];
  const weights: number[] = [];
  for (const [, tokens, probability] of text.matchAll(TABLE_ENTRY)) {
    const weight = Number(probability);
    const value = Number(tokens);
    if (!(weight >= 0 && weight < Infinity) || value < 1 || value > MOST_TOKENS)
      throw refuse("out of range:");
    values.push(value);
    weights.push(weight);
  }
  return { kind: "empirical", values, weights };
}
