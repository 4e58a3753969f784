import { CsvError, parse } from "csv-parse/browser/esm/sync";
import { stringify } from "csv-stringify/browser/esm/sync";
import { InputError } from "../../core/errors.ts";
import type { ProfileGrid, ProfileLine, StepProfile } from "./step-profile.ts";

const COLUMNS = ["part", "tokens", "context_tokens", "seconds"] as const;
type Column = (typeof COLUMNS)[number];

/** Parts of a step and which counts decide their time. */
const PARTS = {
  step: [],
  tokens: ["tokens"],
  logits: ["tokens"],
  decode: ["tokens", "context_tokens"],
  decode_mixed: ["tokens", "context_tokens"],
  prefill: ["tokens", "context_tokens"],
} as const satisfies Record<string, readonly Column[]>;
type Part = keyof typeof PARTS;
const NEEDED: readonly Part[] = ["tokens", "logits", "decode", "prefill"];

interface Point {
  readonly count: number;
  readonly context: number;
  readonly seconds: number;
}

/**
 * Reads a profile: CSV with a header and the columns `part`, `tokens`, `context_tokens` and `seconds`, in any order of
 * columns and rows.
 * @throws InputError, without the file's name, with line and column, for broken CSV, a missing column or part, a cell that
 * is no number in range, or a point given twice
 */
export function readStepProfile(text: string): StepProfile {
  const lines = parseLines(text);
  const header = lines[0]?.cells ?? [];
  for (const column of COLUMNS) {
    if (header.includes(column)) continue;
    const found = header.join(", ") || "none";
    const expected = `the columns ${COLUMNS.join(", ")} (found ${found})`;
    throw new InputError({ line: 1, message: `missing column "${column}"`, expected });
  }
  const points = new Map<Part, Map<string, Point>>();
  for (const line of lines.slice(1)) addPoint(points, new Row(line, header));
  const missing = NEEDED.find((part) => !points.has(part));
  if (missing !== undefined) {
    const expected = `at least one row each of ${NEEDED.join(", ")}`;
    throw new InputError({ message: `no row of the part "${missing}"`, expected });
  }
  const of = (part: Part): Point[] => [...(points.get(part)?.values() ?? [])];
  return {
    step: of("step")[0]?.seconds ?? 0,
    tokens: lineOf(of("tokens"), ({ count }) => count),
    logits: lineOf(of("logits"), ({ count }) => count),
    decode: gridOf(of("decode")),
    ...(points.has("decode_mixed") && { decodeMixed: gridOf(of("decode_mixed")) }),
    prefill: gridOf(of("prefill")),
  };
}

/** The profile as such a file. */
export function stepProfileCsv({ step, tokens, logits, decode, decodeMixed, prefill }: StepProfile): string {
  const line = (part: Part, { at, seconds }: ProfileLine) => at.map((x, i) => [part, x, "", seconds[i]!]);
  const grid = (part: Part, { at, lines }: ProfileGrid) =>
    at.flatMap((count, i) => lines[i]!.at.map((context, k) => [part, count, context, lines[i]!.seconds[k]!]));
  return stringify([
    COLUMNS,
    ["step", "", "", step],
    ...line("tokens", tokens),
    ...line("logits", logits),
    ...grid("decode", decode),
    ...(decodeMixed === undefined ? [] : grid("decode_mixed", decodeMixed)),
    ...grid("prefill", prefill),
  ]);
}

function addPoint(points: Map<Part, Map<string, Point>>, row: Row): void {
  const part = row.part();
  const counts: readonly Column[] = PARTS[part];
  const point = {
    count: counts.includes("tokens") ? row.number("tokens", 1) : 0,
    context: counts.includes("context_tokens") ? row.number("context_tokens", 0) : 0,
    seconds: row.number("seconds", 0),
  };
  const own = points.get(part) ?? new Map<string, Point>();
  const key = `${point.count}/${point.context}`;
  if (own.has(key)) throw row.refusal("part", "the same point again", "each point of a part once");
  points.set(part, own.set(key, point));
}

function lineOf(points: readonly Point[], at: (point: Point) => number): ProfileLine {
  const sorted = [...points].sort((a, b) => at(a) - at(b));
  return { at: sorted.map(at), seconds: sorted.map(({ seconds }) => seconds) };
}

function gridOf(points: readonly Point[]): ProfileGrid {
  const at = [...new Set(points.map(({ count }) => count))].sort((a, b) => a - b);
  const lineAt = (count: number): ProfileLine =>
    lineOf(
      points.filter((point) => point.count === count),
      ({ context }) => context,
    );
  return { at, lines: at.map(lineAt) };
}

interface Line {
  readonly number: number;
  readonly cells: readonly string[];
}

class Row {
  readonly #line: Line;
  readonly #header: readonly string[];

  constructor(line: Line, header: readonly string[]) {
    this.#line = line;
    this.#header = header;
  }

  part(): Part {
    const name = this.#cell("part");
    if (Object.hasOwn(PARTS, name)) return name as Part;
    const { number: line } = this.#line;
    const accepted = Object.keys(PARTS);
    throw new InputError({
      ...{ line, column: this.#columnOf("part"), key: "part" },
      ...{ message: "unknown part", found: name, accepted },
    });
  }

  number(column: Column, least: number): number {
    const text = this.#cell(column);
    const value = Number(text);
    if (text.trim() !== "" && Number.isFinite(value) && value >= least) return value;
    throw this.refusal(column, "invalid value", `a number of at least ${least}`);
  }

  refusal(column: Column, message: string, expected: string): InputError {
    return new InputError({
      ...{ line: this.#line.number, column: this.#columnOf(column), key: column },
      ...{ message, found: this.#cell(column), expected },
    });
  }

  #cell(column: Column): string {
    return this.#line.cells[this.#header.indexOf(column)]!;
  }

  /** 1-based place of the cell in its line, which has no need of quotes. */
  #columnOf(column: Column): number {
    const before = this.#line.cells.slice(0, this.#header.indexOf(column));
    return 1 + before.reduce((length, cell) => length + cell.length + 1, 0);
  }
}

function parseLines(text: string): Line[] {
  try {
    const records = parse(text, { bom: true, info: true, skip_empty_lines: true }) as unknown as {
      readonly record: string[];
      readonly info: { readonly lines: number };
    }[];
    return records.map(({ record, info }) => ({ number: info.lines, cells: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error["lines"] === "number" ? error["lines"] : undefined;
    throw new InputError({ line, message: `broken CSV: ${error.message}` });
  }
}
