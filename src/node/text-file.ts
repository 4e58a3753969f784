import { closeSync, existsSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { InputError, RunError } from "../core/errors.ts";
import { systemErrorText } from "./system-errors.ts";

/** A file that a command makes; standard output without one. */
export interface TextFile {
  readonly out?: string;
  /** Replace a file that exists. */
  readonly force?: boolean;
}

/** @throws InputError for a file that exists and is not to be replaced */
export function refuseExisting({ out, force }: TextFile): void {
  if (out === undefined || force === true || !existsSync(out)) return;
  throw new InputError({
    file: out,
    message: "the file exists",
    expected: "another name, or --force to replace it",
  });
}

/** To standard output, or to a file that is complete or not there at all. */
export function writeText(pieces: Iterable<string>, { out }: TextFile): void {
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
    if (error instanceof InputError) throw error;
    throw new RunError(`cannot write ${out}: ${systemErrorText(error)}; nothing was kept`);
  }
}
