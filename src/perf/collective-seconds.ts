import type { LinkSystem } from "../hardware/device.ts";

/**
 * Latency and bandwidth terms of a collective over `devices` with a message of `bytes` (the whole row block), by the
 * α-β model: an all-reduce sends 2 (n-1)/n of the message, an all-gather (n-1)/n. The fixed time of the links holds
 * for two devices; a ring pays it again for each device more, a switch or direct wires do not.
 */
export function collectiveBytes(kind: "all-reduce" | "all-gather", devices: number, bytes: number): number {
  return ((kind === "all-reduce" ? 2 : 1) * (devices - 1) * bytes) / devices;
}

export function collectiveLatencySeconds(links: LinkSystem, devices: number): number {
  return links.collectiveSeconds * (links.topology === "ring" ? devices - 1 : 1);
}
