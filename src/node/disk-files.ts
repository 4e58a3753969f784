import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { InputError } from "../core/errors.ts";
import type { ScenarioFiles } from "../scenario/files.ts";
import { systemErrorText } from "./system-errors.ts";

/** What a trace is called that comes through a pipe. */
export const STANDARD_INPUT = "-";

/** Scenario files on the disk; relative paths start from the working directory. */
export const diskFiles: ScenarioFiles = {
  readText(path) {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      throw new InputError({ file: path, message: `cannot read the file: ${systemErrorText(error)}` });
    }
  },
  exists: (path) => path === STANDARD_INPUT || existsSync(path),
  resolve: (path, fromFile) => (isAbsolute(path) ? path : join(dirname(fromFile), path)),
  baseName: (path) => basename(path),
};
