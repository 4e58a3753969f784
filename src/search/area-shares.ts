import { deviceAreaMm2 } from "../hardware/area.ts";
import type { Device } from "../hardware/device.ts";

/** What the area of a dataflow die is counted by. */
export const AREA_PARTS = {
  systolic_arrays: "systolic arrays",
  mac_trees: "MAC trees",
  vector_units: "vector units",
  local_sram: "local SRAM",
  global_sram: "global SRAM",
  noc: "NoC",
  memory_interface: "memory interface",
  p2p_links: "P2P links",
  other: "control, host, pads",
} as const;

export type AreaPart = keyof typeof AREA_PARTS;

export const AREA_PART_NAMES = Object.keys(AREA_PARTS) as AreaPart[];

const PART_OF_BLOCK: Readonly<Record<string, AreaPart>> = {
  "systolic arrays": "systolic_arrays",
  "MAC trees": "mac_trees",
  "vector units": "vector_units",
  "local SRAM": "local_sram",
  "global SRAM": "global_sram",
  NoC: "noc",
  "P2P links": "p2p_links",
};

/** Share (0..1) of a die that each part takes; all of a die whose blocks are unknown is other. */
export function areaShares(device: Device): Record<AreaPart, number> {
  const { totalMm2, blocks } = deviceAreaMm2(device);
  const shares = Object.fromEntries(AREA_PART_NAMES.map((part) => [part, 0])) as Record<AreaPart, number>;
  for (const { name, mm2 } of blocks) {
    const part = /PHY and controller$/.test(name) ? "memory_interface" : (PART_OF_BLOCK[name] ?? "other");
    shares[part] += mm2 / totalMm2;
  }
  return shares;
}
