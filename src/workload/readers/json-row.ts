import { InputError } from "../../core/errors.ts";
import type { FieldNames, TraceRow } from "./trace-row.ts";

type JsonRecord = Readonly<Record<string, unknown>>;

/** A JSON object a line (JSONL): fields by key. */
export class JsonRow implements TraceRow {
  readonly #file: string;
  readonly #fields: FieldNames;
  #record: JsonRecord = {};
  #text = "";
  #lineNumber = 0;

  constructor(file: string, fields: FieldNames) {
    this.#file = file;
    this.#fields = fields;
  }

  load(text: string, lineNumber: number): void {
    this.#text = text;
    this.#lineNumber = lineNumber;
    const record = parseRecord(text);
    if (record === undefined)
      throw this.#error("not a JSON object:", "one JSON object a line", undefined, text);
    this.#record = record;
  }

  has(field: number): boolean {
    return this.#keyOf(field) !== undefined;
  }

  number(field: number): number {
    const value = this.#value(field);
    return typeof value === "number" ? value : NaN;
  }

  text(field: number): string {
    const value = this.#value(field);
    return typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
  }

  list(field: number): readonly unknown[] | undefined {
    const value = this.#value(field);
    return Array.isArray(value) ? (value as unknown[]) : undefined;
  }

  refusal(field: number, message: string, expected: string): InputError {
    const key = this.#keyOf(field);
    const name = this.#fields[field]![0]!;
    if (key === undefined) return this.#error(`missing key "${name}" in`, expected, undefined, this.#text);
    const column = this.#text.indexOf(`"${key}"`) + 1;
    return this.#error(`${key}: ${message}`, expected, column, this.#record[key]);
  }

  #value(field: number): unknown {
    const key = this.#keyOf(field);
    return key === undefined ? undefined : this.#record[key];
  }

  #keyOf(field: number): string | undefined {
    const names = this.#fields[field]!;
    for (const name of names) if (this.#record[name] !== undefined) return name;
    return undefined;
  }

  #error(message: string, expected: string, column: number | undefined, found: unknown): InputError {
    return new InputError({ file: this.#file, line: this.#lineNumber, column, message, found, expected });
  }
}

/** The JSON object in a line; undefined when it holds anything else. */
export function parseRecord(text: string): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonRecord)
      : undefined;
  } catch {
    return undefined;
  }
}
