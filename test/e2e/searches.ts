import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { InputError } from "../../src/core/errors.ts";
import { queryStore } from "../../src/node/search-store.ts";
import { contentsOf, startAdor, type Environment } from "./ador.ts";

/** What a search writes beside its store, which is a database and may differ in its bytes. */
export function resultsIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(contentsOf(folder)).filter(([name]) => !name.startsWith("store.")),
  );
}

/** Names of all evaluations in a store as `fidelity/design`; none while there is no store yet. */
export function storedIn(folder: string): string[] {
  const database = join(folder, "store.db");
  if (!existsSync(database)) return [];
  try {
    const { rows } = queryStore(folder, "SELECT fidelity || '/' || design FROM evaluations ORDER BY 1");
    return rows.map(([name]) => String(name));
  } catch (error) {
    // Its file is there a moment before its tables are.
    if (error instanceof InputError && /tables have version 0|locked/.test(error.message)) return [];
    throw error;
  }
}

const preload = (name: string) => `--require=${resolve(import.meta.dirname, "../support/preload", name)}`;

/** What a spy in the threads of the program does; see the preload itself. */
interface Spying {
  readonly log: string;
  readonly kill?: string;
  readonly end?: string;
  readonly hang?: string;
}

/** Environment of a program whose evaluations are watched. */
export function spying(what: Spying): Environment {
  return { NODE_OPTIONS: preload("worker-spy.cjs"), ADOR_SPY: JSON.stringify(what) };
}

/** Environment of a program whose wall clock jumps to and fro. */
export const WILD_CLOCK: Environment = { NODE_OPTIONS: preload("wild-clock.cjs") };

/** Lines that a spy noted. */
export function notesIn(log: string): string[] {
  return existsSync(log) ? readFileSync(log, "utf8").split("\n").slice(0, -1) : [];
}

/** The program in the background, gone when the test is over. */
export class Background {
  readonly process: ChildProcess;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  stderr = "";

  constructor(args: readonly string[], cwd: string, options: Parameters<typeof startAdor>[2] = {}) {
    this.process = startAdor(args, cwd, options);
    this.process.stderr!.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.process.stdout!.resume();
    this.ended = once(this.process, "close").then(
      ([code, signal]: (number | NodeJS.Signals)[]) => code ?? signal!,
    );
    onTestFinished(async () => {
      this.process.kill("SIGKILL");
      await this.ended;
    });
  }

  async says(text: string): Promise<void> {
    await until(() => this.stderr.includes(text), `"${text}" on standard error`);
  }
}

const LOOK_MILLISECONDS = 20;
const PATIENCE_MILLISECONDS = 60_000;

/** Waits until something that other processes do has come about. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const from = performance.now();
  while (!condition()) {
    if (performance.now() - from > PATIENCE_MILLISECONDS) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
}
