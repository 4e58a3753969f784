import picocolors from "picocolors";
import type { Paint } from "../report/terminal.ts";

/** Marks text where the reader sees colours. @param isTerminal `isTTY` of the stream, which a pipe leaves undefined */
export function paintFor(isTerminal: boolean | undefined): Paint {
  const { bold, dim, green } = picocolors.createColors(isTerminal === true && picocolors.isColorSupported);
  return { bold, dim, good: green };
}
