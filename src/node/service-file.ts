import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError, RunError } from "../core/errors.ts";
import type { Service } from "../search/paper/service.ts";
import type { ServiceStore } from "../search/paper/service-book.ts";
import { systemErrorText } from "./system-errors.ts";

/** Name of the file in its folder; a line of JSON a service. */
export const SERVICE_FILE = "services.jsonl";

/** Services in a file that grows by a line for each, so that a kill loses none but the one in hand. */
export class ServiceFile implements ServiceStore {
  readonly #path: string;
  readonly #known = new Map<string, Service>();

  /** @throws InputError when the file cannot be read */
  constructor(folder: string) {
    this.#path = join(folder, SERVICE_FILE);
    try {
      mkdirSync(folder, { recursive: true });
      appendFileSync(this.#path, "");
      const text = readFileSync(this.#path, "utf8");
      for (const line of text.split("\n")) this.#remember(line);
      // What a kill left of the last line must not join the next one.
      if (text !== "" && !text.endsWith("\n")) appendFileSync(this.#path, "\n");
    } catch (error) {
      throw new InputError({
        ...{
          file: this.#path,
          message: `cannot use the services of an earlier run: ${systemErrorText(error)}`,
        },
      });
    }
  }

  find(id: string): Service | undefined {
    return this.#known.get(id);
  }

  save(id: string, service: Service): void {
    this.#known.set(id, service);
    try {
      appendFileSync(this.#path, `${JSON.stringify({ id, service })}\n`);
    } catch (error) {
      throw new RunError(`cannot write ${this.#path}: ${systemErrorText(error)}`);
    }
  }

  #remember(line: string): void {
    try {
      const { id, service } = JSON.parse(line) as { readonly id: string; readonly service: Service };
      this.#known.set(id, service);
    } catch {
      return; // Cut short by a kill, and worked out again.
    }
  }
}
