import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MeasurementFolder } from "../analysis/validation/dataset.ts";
import { InputError } from "../core/errors.ts";
import { systemErrorText } from "./system-errors.ts";

/** @throws InputError, then and whenever a file is read, for what the disk refuses */
export function openMeasurementFolder(folder: string): MeasurementFolder {
  const pathOf = (path: string): string => join(folder, path);
  return {
    files: reading(folder, () => readdirSync(folder).filter((name) => name.endsWith(".csv"))).sort(),
    foldersIn: (path) => {
      const full = pathOf(path);
      if (!existsSync(full)) return [];
      const entries = reading(full, () => readdirSync(full, { withFileTypes: true }));
      return entries
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort();
    },
    readText: (path) => {
      const full = pathOf(path);
      return existsSync(full) ? reading(full, () => readFileSync(full, "utf8")) : undefined;
    },
    pathOf,
  };
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new InputError({ file: path, message: `cannot read the measurements: ${systemErrorText(error)}` });
  }
}
