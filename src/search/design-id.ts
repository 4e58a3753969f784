import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { WrittenSetting } from "./space/space.ts";

const HEX_DIGITS = 16;

/** Equal for equal settings, in whatever order they were written. */
export function designId(settings: readonly WrittenSetting[]): string {
  return contentId([...settings].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** 16 hexadecimal digits of the SHA-256 of a value's JSON. */
export function contentId(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(value)))).slice(0, HEX_DIGITS);
}
