import {
  closeSync,
  existsSync,
  lstatSync,
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
  "replications.csv",
  "timeline.csv",
  "report.html",
  "compare.json",
  "compare.csv",
];

/**
 * A result folder that is filled all at once: files are written under a hidden name inside it and moved to their places
 * by `commit`. Until then, and whenever anything fails or the process ends, the folder stays as it was.
 */
export class OutputFolder {
  readonly path: string;
  readonly #staging: string;
  /** Folders that did not exist before, outermost first. */
  readonly #created: string[];
  readonly #files: string[] = [];
  readonly #discardAtExit = (): void => {
    this.discard();
  };

  /**
   * Opens the folder, making it when it is missing.
   * @param own names that may be in the folder all the same
   * @throws InputError when it cannot be made or written to, or holds anything else and `force` is not given
   */
  constructor(path: string, force: boolean, own: readonly string[] = []) {
    this.path = path;
    this.#staging = join(path, `.ador-${process.pid}`);
    refuseOccupied(path, force, own);
    this.#created = missingFolders(path);
    try {
      mkdirSync(this.#staging, { recursive: true });
    } catch (error) {
      throw new InputError({
        file: path,
        message: `cannot make the output folder: ${systemErrorText(error)}`,
      });
    }
    process.once("exit", this.#discardAtExit);
  }

  /**
   * Writes one file, piece by piece.
   * @param name relative to the folder, `/` between its parts
   * @throws RunError when the disk refuses, after taking back all that was written
   */
  write(name: string, pieces: Iterable<string>): void {
    const target = join(this.#staging, name);
    try {
      mkdirSync(dirname(target), { recursive: true });
      const descriptor = openSync(target, "w");
      try {
        for (const piece of pieces) writeFileSync(descriptor, piece);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      this.#giveUp(name, error);
    }
    this.#files.push(name);
  }

  /**
   * Moves all files to their places, and out of the way what an earlier result left there.
   * @throws RunError when the disk refuses, after putting the earlier result back
   */
  commit(): void {
    process.off("exit", this.#discardAtExit); // From here on the staging area may hold the only copy of a file.
    const moves = new FileMoves();
    let current = "";
    try {
      for (const name of earlierFiles(this.path, this.#files)) {
        current = name;
        moves.move(join(this.path, name), join(this.#staging, REPLACED, name));
      }
      for (const name of this.#files) {
        current = name;
        moves.move(join(this.#staging, name), join(this.path, name));
      }
    } catch (error) {
      moves.takeBack();
      this.#giveUp(current, error);
    }
    rmSync(this.#staging, { recursive: true, force: true });
    moves.removeEmptied(this.path);
  }

  /** Takes back all that was written and the folders that were made. */
  discard(): void {
    process.off("exit", this.#discardAtExit);
    rmSync(this.#staging, { recursive: true, force: true });
    removeEmpty([...this.#created].reverse());
  }

  #giveUp(name: string, error: unknown): never {
    this.discard();
    throw new RunError(`cannot write ${join(this.path, name)}: ${systemErrorText(error)}; nothing was kept`);
  }
}

/** Folder of the staging area that holds the earlier result until the new one is complete. */
const REPLACED = ".replaced";

/** Renames files one by one, making folders as needed, and can undo it all. */
class FileMoves {
  readonly #done: { readonly from: string; readonly to: string }[] = [];
  /** Folders made, outermost first. */
  readonly #made: string[] = [];

  move(from: string, to: string): void {
    const folder = dirname(to);
    this.#made.push(...missingFolders(folder));
    mkdirSync(folder, { recursive: true });
    renameSync(from, to);
    this.#done.push({ from, to });
  }

  takeBack(): void {
    for (const { from, to } of [...this.#done].reverse()) renameSync(to, from);
    removeEmpty([...this.#made].reverse());
  }

  /** Removes the folders below `root` that files left and that hold nothing any more. */
  removeEmptied(root: string): void {
    const left = new Set(this.#done.map(({ from }) => dirname(from)));
    left.delete(root);
    for (const folder of left) removeEmpty([folder]);
  }
}

/** Removes folders from the innermost on, until one is in use: someone else has put something there meanwhile. */
function removeEmpty(innermostFirst: readonly string[]): void {
  for (const folder of innermostFirst) {
    try {
      rmdirSync(folder);
    } catch {
      return;
    }
  }
}

/** @throws InputError for a folder that holds anything but what is the caller's own, without `force` */
export function refuseOccupied(path: string, force: boolean, own: readonly string[]): void {
  if (force || !existsSync(path)) return;
  let names: string[];
  try {
    names = readdirSync(path).filter((name) => !own.includes(name));
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

/**
 * Files that have to make room: those of an earlier result, in the folder and in its systems' folders, and any other
 * that stands where a new one goes.
 */
function earlierFiles(path: string, coming: readonly string[]): string[] {
  const names = new Set(coming);
  for (const folder of ["", ...earlierSystems(path)]) {
    if (!["summary.json", "compare.json"].some((name) => existsSync(join(path, folder, name)))) continue;
    for (const file of RESULT_FILES) names.add(folder === "" ? file : `${folder}/${file}`);
  }
  return [...names].filter((name) => lstatSync(join(path, name), { throwIfNoEntry: false })?.isFile());
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
