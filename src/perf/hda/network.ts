import type { HdaDevice, NocSystem } from "../../hardware/device.ts";
import { meanHops } from "../../hardware/noc.ts";

/** What the on-chip network carries, in bytes a cycle. */
export interface NetworkRates {
  /** Out of the shared SRAM, into it, or past it from memory. */
  readonly source: number;
  /** Across the middle of the chip, both ways together. */
  readonly crossing: number;
  /** Into one core. */
  readonly ingress: number;
}

/**
 * A slice of the shared SRAM sits at every core of a ring or mesh. Two links cut a ring in half, √cores links a square
 * mesh, each carrying both ways; a crossbar has nothing in its middle but the ports. Broadcasts reach a core of a ring
 * from both sides, one of a mesh along its row or its column (trees routed by rows first and by columns first in turn),
 * and one of a crossbar through its only port.
 */
export function networkRates({ noc, cores, clockHertz, globalSramBytesPerSecond }: HdaDevice): NetworkRates {
  const width = noc.bytesPerCyclePerPort;
  const source = globalSramBytesPerSecond / clockHertz;
  switch (noc.topology) {
    case "ring":
      return { source, crossing: 4 * width, ingress: 2 * width };
    case "mesh":
      return { source, crossing: 2 * Math.sqrt(cores) * width, ingress: 2 * width };
    case "all-to-all":
      return { source, crossing: cores * width, ingress: width };
  }
}

/** Share of bytes that cross the middle: all that must reach several cores, half of those interleaved over all cores. */
export const MULTICAST_CROSSING = 1;
export const UNICAST_CROSSING = 0.5;

/** Bytes a second of a stream of which every core takes its own part. */
export function unicastBytesPerSecond(device: HdaDevice): number {
  const { source, crossing, ingress } = networkRates(device);
  return device.clockHertz * Math.min(source, crossing / UNICAST_CROSSING, device.cores * ingress);
}

/** Bytes a second of a stream that all cores take. */
export function broadcastBytesPerSecond(device: HdaDevice): number {
  const { source, crossing, ingress } = networkRates(device);
  return device.clockHertz * Math.min(source, crossing / MULTICAST_CROSSING, ingress);
}

/** Hops that a byte makes beyond the mean path of one receiver when `receivers` cores take it. */
export function multicastHops(cores: number, topology: NocSystem["topology"], receivers: number): number {
  // Neighbours pass it on; a crossbar drives a wire to each.
  return (receivers - 1) * (topology === "all-to-all" ? meanHops(cores, topology) : 1);
}
