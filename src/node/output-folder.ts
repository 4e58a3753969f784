import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { InputError, RunError } from "../core/errors.ts";
import { systemErrorText } from "./system-errors.ts";

/** Files that a run leaves in a folder; an earlier result is recognised and replaced by these names. */
const RESULT_FILES = [
  "summary.json",
  "simulator.json",
  "requests.csv",
  "timeline.csv",
  "report.html",
  "compare.json",
];

/**
 * A result folder that is filled all at once: files are written under a hidden name inside it and moved to their places
 * by `commit`. Until then, and whenever anything fails, the folder stays as it was.
 */
export class OutputFolder {
  readonly path: string;
  readonly #staging: string;
  /** Folders that did not exist before, outermost first. */
  readonly #created: string[];
  readonly #files: string[] = [];

  /**
   * Opens the folder, making it when it is missing.
   * @throws InputError when it cannot be made or written to, or holds anything and `force` is not given
   */
  constructor(path: string, force: boolean) {
    this.path = path;
    this.#staging = join(path, `.ador-${process.pid}`);
    refuseOccupied(path, force);
    this.#created = missingFolders(path);
    try {
      mkdirSync(this.#staging, { recursive: true });
    } catch (error) {
      throw new InputError({
        file: path,
        message: `cannot make the output folder: ${systemErrorText(error)}`,
      });
    }
  }

  /**
   * Writes one file, piece by piece.
   * @param name relative to the folder, `/` between its parts
   * @throws RunError when the disk refuses, after taking back all that was written
   */
  write(name: string, pieces: Iterable<string>): void {
    const target = join(this.#staging, name);
    this.#orGiveUp(name, () => {
      mkdirSync(dirname(target), { recursive: true });
      const descriptor = openSync(target, "w");
      try {
        for (const piece of pieces) writeFileSync(descriptor, piece);
      } finally {
        closeSync(descriptor);
      }
    });
    this.#files.push(name);
  }

  /** Moves all files to their places and clears what an earlier result left beside them. */
  commit(): void {
    removeEarlierResult(this.path, this.#files);
    for (const name of this.#files) {
      this.#orGiveUp(name, () => {
        mkdirSync(dirname(join(this.path, name)), { recursive: true });
        renameSync(join(this.#staging, name), join(this.path, name));
      });
    }
    rmSync(this.#staging, { recursive: true, force: true });
  }

  /** Takes back all that was written and the folders that were made. */
  discard(): void {
    rmSync(this.#staging, { recursive: true, force: true });
    for (const folder of [...this.#created].reverse()) {
      try {
        rmdirSync(folder);
      } catch {
        return; // Someone else has put something there meanwhile: it stays.
      }
    }
  }

  #orGiveUp(name: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.discard();
      throw new RunError(
        `cannot write ${join(this.path, name)}: ${systemErrorText(error)}; nothing was kept`,
      );
    }
  }
}

function refuseOccupied(path: string, force: boolean): void {
  if (force || !existsSync(path)) return;
  let names: string[];
  try {
    names = readdirSync(path);
  } catch (error) {
    throw new InputError({ file: path, message: `cannot use the output folder: ${systemErrorText(error)}` });
  }
  if (names.length === 0) return;
  const shown = names.slice(0, 4).join(", ") + (names.length > 4 ? ", …" : "");
  throw new InputError({
    file: path,
    message: `the output folder is not empty (${shown})`,
    expected: "a new or empty folder, or --force to write into it; files that no run made are left alone",
  });
}

function missingFolders(path: string): string[] {
  const missing: string[] = [];
  for (let folder = path; !existsSync(folder); folder = dirname(folder)) missing.unshift(folder);
  return missing;
}

/** Removes the files of an earlier result that the new one does not replace, in the folder and its systems' folders. */
function removeEarlierResult(path: string, kept: readonly string[]): void {
  for (const folder of ["", ...earlierSystems(path)]) {
    if (!["summary.json", "compare.json"].some((name) => existsSync(join(path, folder, name)))) continue;
    for (const file of RESULT_FILES) {
      const name = folder === "" ? file : `${folder}/${file}`;
      if (!kept.includes(name)) rmSync(join(path, name), { force: true });
    }
    if (folder !== "" && readdirSync(join(path, folder)).length === 0) rmdirSync(join(path, folder));
  }
}

/** Names of the systems that an earlier comparison in this folder wrote folders for. */
function earlierSystems(path: string): string[] {
  try {
    const { systems } = JSON.parse(readFileSync(join(path, "compare.json"), "utf8")) as {
      readonly systems: object;
    };
    return Object.keys(systems).filter((name) => !/[/\\]|^\.+$/.test(name));
  } catch {
    return []; // No comparison, or none of ours: its folders are not ours to touch.
  }
}
