import { posix } from "node:path";
import { InputError } from "../../src/core/errors.ts";
import type { ScenarioFiles } from "../../src/scenario/files.ts";

/** Scenario files that live in a map from path to text. */
export function memoryFiles(files: Readonly<Record<string, string>>): ScenarioFiles {
  return {
    readText(path) {
      const text = files[path];
      if (text === undefined)
        throw new InputError({ file: path, message: "cannot read the file: no such file" });
      return text;
    },
    exists: (path) => path in files,
    resolve: (path, fromFile) => posix.join(posix.dirname(fromFile), path),
    baseName: (path) => posix.basename(path),
  };
}

/** What the call throws, as an InputError. */
export function inputErrorOf(action: () => unknown): InputError {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
