import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { readRequests, type Margins } from "../analysis/comparison/read-requests.ts";
import type { Contender } from "../analysis/comparison/contender.ts";
import { InputError } from "../core/errors.ts";
import { summaryFigures } from "../report/compare/summary-figures.ts";
import { systemErrorText } from "./system-errors.ts";

/** Whether a path names a folder that is there. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A result that was read back, and what it was made with. */
export interface StoredContender extends Contender {
  readonly seed: number | undefined;
}

/**
 * The systems whose results lie in a folder: its own, or those of the folders below it when it holds several.
 * @throws InputError when it holds no result, or one that contradicts itself
 */
export function readResultFolder(path: string): StoredContender[] {
  const name = basename(resolve(path));
  if (existsSync(join(path, "summary.json"))) return [readResult(path, name)];
  if (!existsSync(join(path, "compare.json"))) {
    throw new InputError({
      file: path,
      message: "no result in this folder",
      expected: "a folder that ador run or compare wrote, with summary.json and requests.csv in it",
    });
  }
  const systems = Object.keys(objectAt(readJson(join(path, "compare.json")), "systems"));
  const own = systems.filter((system) => existsSync(join(path, system, "summary.json")));
  if (own.length === 0) {
    throw new InputError({
      file: join(path, "compare.json"),
      message: "names no system whose results lie beside it",
    });
  }
  return own.map((system) => readResult(join(path, system), `${name}/${system}`));
}

function readResult(folder: string, name: string): StoredContender {
  const summaryPath = join(folder, "summary.json");
  const summary = readJson(summaryPath);
  const requestsPath = join(folder, "requests.csv");
  const requests = inFile(requestsPath, () => readRequests(readText(requestsPath), marginsOf(summary)));
  const submitted = objectAt(summary, "requests")["submitted"];
  if (submitted !== requests.length) {
    throw new InputError({
      file: requestsPath,
      message: `${requests.length} requests, but summary.json beside it counts`,
      found: submitted,
      expected: "files of one and the same run",
    });
  }
  const seed = summary["seed"];
  return {
    ...{ name, requests, figures: summaryFigures(summary), interrupted: summary["interrupted"] === true },
    seed: typeof seed === "number" ? seed : undefined,
  };
}

function marginsOf(summary: Record<string, unknown>): Margins {
  const { warmup_s: warmup, drain_s: drain } = objectAt(summary, "measurement");
  return {
    warmupSeconds: typeof warmup === "number" ? warmup : 0,
    drainSeconds: typeof drain === "number" ? drain : 0,
  };
}

function readJson(path: string): Record<string, unknown> {
  const text = readText(path);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new InputError({ file: path, message: "the file is no JSON object, or is cut off" });
}

function objectAt(map: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = map[key];
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new InputError({ file: path, message: `cannot read the file: ${systemErrorText(error)}` });
  }
}

function inFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof InputError ? error.inFile(file) : error;
  }
}
