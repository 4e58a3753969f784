import { showProgress } from "../node/progress-bar.ts";
import type { SearchProgress } from "../search/search.ts";
import { EXIT } from "./exit-codes.ts";

/** A bar for each fidelity in turn. */
export class StagedProgress {
  readonly #shown: boolean;
  #at: SearchProgress | undefined;
  #hide: (() => void) | undefined;

  constructor(shown: boolean) {
    this.#shown = shown;
  }

  show(at: SearchProgress): void {
    if (!this.#shown) return;
    if (at.fidelity !== this.#at?.fidelity) {
      this.end();
      const done = () => this.#at?.done ?? 0;
      this.#hide = showProgress(at.fidelity, { total: at.total, unit: "designs", done });
    }
    this.#at = at;
  }

  /** A line between bars. */
  say(text: string): void {
    this.end();
    if (this.#shown) process.stderr.write(`${text}\n`);
  }

  end(): void {
    this.#hide?.();
    this.#hide = undefined;
    this.#at = undefined;
  }
}

/** All that was worked out is in the store already: a Ctrl-C can end the program at once. */
export function stopOnInterrupt(): () => void {
  const onInterrupt = (): void => {
    process.stderr.write(`\ninterrupted; to go on: ador ${process.argv.slice(2).map(asTyped).join(" ")}\n`);
    process.exit(EXIT.interrupted);
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  return () => {
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
  };
}

/** An argument as a shell takes it. */
function asTyped(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
