import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** Data folder whose absence skipped the test, for whoever reads the JSON report. */
    withoutSharedData?: string;
  }
}

/** Registers one test, as vitest's `test(name, body, timeout)` does. */
export type RegisterTest = (name: string, body: () => void | Promise<void>, timeoutMs?: number) => void;

/**
 * `test` for bodies that need something which not every machine has, such as a browser. Where `condition` is false
 * the tests are skipped and the reason is printed; with ADOR_FORBID_SKIPS=1 they fail instead, so that a machine which
 * promises to run everything cannot pass by skipping.
 *
 *     const chromium = "/usr/bin/chromium";
 *     needs(existsSync(chromium), `${chromium} (Debian package chromium)`)("the report opens", async () => { … });
 */
export function needs(condition: boolean, what: string): RegisterTest {
  if (condition) return test;
  if (process.env["ADOR_FORBID_SKIPS"] === "1") {
    return (name) => {
      test(name, () => {
        throw new Error(`this test needs ${what}, and skips are forbidden`);
      });
    };
  }
  console.warn(`tests skipped: they need ${what}`);
  return test.skip;
}

const SHARED_FOLDER = resolve(import.meta.dirname, "../../../shared");

/** Absolute path of a file in the data folder that may lie beside the repository, `../shared`. */
export function sharedPath(relativePath: string): string {
  return resolve(SHARED_FOLDER, relativePath);
}

/**
 * `test` for bodies that read `../shared/<relativePath>`, data that the project must not carry. Without that folder
 * they are skipped even where skips are forbidden; with the folder, a missing file counts as in `needs`.
 *
 *     needsShared("traces-real/azure-2023-conv.csv")("reads every row", () => { … sharedPath(…) … });
 */
export function needsShared(relativePath: string): RegisterTest {
  const what = `../shared/${relativePath}`;
  if (existsSync(SHARED_FOLDER)) return needs(existsSync(sharedPath(relativePath)), what);
  console.warn(`tests skipped: they need ${what}`);
  return (name, body, timeoutMs) => {
    test.skip(name, { meta: { withoutSharedData: what }, ...(timeoutMs && { timeout: timeoutMs }) }, body);
  };
}
