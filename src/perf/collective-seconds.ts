import type { LinkSystem } from "../hardware/device.ts";
import type { Collective } from "./operators.ts";

/**
 * Latency and bandwidth terms of a collective over `devices` with a message of `bytes` (the whole row block), by the
 * α-β model: an all-reduce sends 2 (n-1)/n of the message, an all-gather or all-to-all (n-1)/n, a send all of it. The fixed time of the links holds
 * for two devices; a ring pays it again for each device more, a switch or direct wires do not.
 */
export function collectiveBytes(kind: Collective["kind"], devices: number, bytes: number): number {
  if (kind === "send") return bytes;
  return ((kind === "all-reduce" ? 2 : 1) * (devices - 1) * bytes) / devices;
}

export function collectiveLatencySeconds(links: LinkSystem, devices: number): number {
  return links.collectiveSeconds * (links.topology === "ring" ? devices - 1 : 1);
}
