import picocolors from "picocolors";
import type { Paint } from "../report/terminal.ts";

/** Marks text where the reader sees colours. */
export function paintFor(isTerminal: boolean): Paint {
  const { bold, dim, green } = picocolors.createColors(isTerminal && picocolors.isColorSupported);
  return { bold, dim, good: green };
}
