import type { NocSystem } from "./device.ts";

/** Port width that router areas are quoted for. */
const ROUTER_BYTES_PER_CYCLE = 64;
const MESH_ROUTER_PORTS = 5;
const RING_ROUTER_PORTS = 3;
/** Cores and port width of the crossbar whose share a core is quoted: GA100 (128 cores, 5120 B a cycle in all). */
const CROSSBAR_CORES = 128;
const CROSSBAR_BYTES_PER_CYCLE = 40;

/** Area of the two kinds of switch in 7 nm. */
export interface SwitchArea {
  /** A router of five ports, 512 bits wide. */
  readonly routerMm2: number;
  /** One core's share of a crossbar among 128 cores, 320 bits wide. */
  readonly crossbarPortMm2: number;
}

/**
 * 7 nm area of the network. Routers grow with ports and width (their buffers and switch rows do); a crossbar's share a
 * core with the number of cores as well, so that it grows with their square: past some hundred cores only a mesh or ring
 * stays small.
 */
export function nocMm2(cores: number, noc: NocSystem, { routerMm2, crossbarPortMm2 }: SwitchArea): number {
  const { bytesPerCyclePerPort: width } = noc;
  const portMm2 = (routerMm2 / MESH_ROUTER_PORTS) * (width / ROUTER_BYTES_PER_CYCLE);
  switch (noc.topology) {
    case "ring":
      return cores * RING_ROUTER_PORTS * portMm2;
    case "mesh":
      return cores * MESH_ROUTER_PORTS * portMm2;
    case "all-to-all":
      return cores * crossbarPortMm2 * (cores / CROSSBAR_CORES) * (width / CROSSBAR_BYTES_PER_CYCLE);
  }
}

/**
 * Mean hops between two cores of a network taken at random: a quarter of a ring that carries both ways, a third of each
 * side of a square mesh. A crossbar is one switch, with wires as long as a mesh of the same cores has.
 */
export function meanHops(cores: number, topology: NocSystem["topology"]): number {
  return Math.max(1, topology === "ring" ? cores / 4 : (2 / 3) * Math.sqrt(cores));
}
