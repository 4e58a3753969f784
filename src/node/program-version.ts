import { readFileSync } from "node:fs";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** Version of this program, as its package states it. */
export function programVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

/**
 * Version and build, equal where evaluations are: the built worker names the files of code that it needs, and each of their
 * names contains the hash of its content.
 */
export function programBuild(): string {
  const worker = readFileSync(new URL("./evaluation-worker.js", import.meta.url));
  return `${programVersion()}-${bytesToHex(sha256(worker)).slice(0, 8)}`;
}
