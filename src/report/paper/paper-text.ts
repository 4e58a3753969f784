import type { PaperCase } from "../../search/paper/paper-case.ts";
import { formatRatio, formatWithPrefix } from "../format.ts";

/** 1.54x with enough digits to hold against a published 2.51x; a dash for none. */
export function timesText(ratio: number | null): string {
  if (ratio === null || !Number.isFinite(ratio)) return "-";
  return ratio < 9.95 ? `${ratio.toFixed(2)}x` : formatRatio(ratio);
}

/** llama-3-70b on 8 devices, 64 GB/s between them. */
export function caseText({ model, devices, found }: PaperCase): string {
  if (devices === 1) return `${model} on one device`;
  const links = formatWithPrefix(found.device.links.bytesPerSecond, "B/s");
  return `${model} on ${devices} devices, ${links} between them`;
}
