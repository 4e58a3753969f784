import type { HdaDevice, MemorySystem, NocSystem, SramStyle } from "../../hardware/device.ts";

export const MEMORY_KINDS: readonly MemorySystem["kind"][] = [
  ...(["hbm2", "hbm2e", "hbm3", "hbm3e", "gddr6", "gddr6x", "gddr7", "ddr5"] as const),
];
export const TOPOLOGIES: readonly NocSystem["topology"][] = ["ring", "mesh", "all-to-all"];
export const SRAM_STYLES: readonly SramStyle[] = ["macro", "scratchpad", "cache"];

/** What area, power, cost and limits of an HDA depend on, as plain numbers: names by their index in the lists above. */
export interface DesignNumbers {
  nanometres: number;
  clockHertz: number;
  cores: number;
  arraysPerCore: number;
  rows: number;
  columns: number;
  treesPerCore: number;
  treeWidth: number;
  treeReuse: number;
  lanesPerCore: number;
  localBytes: number;
  localStyle: number;
  globalBytes: number;
  globalBytesPerSecond: number;
  globalStyle: number;
  topology: number;
  portBytesPerCycle: number;
  memoryKind: number;
  memoryBytes: number;
  memoryBytesPerSecond: number;
  stacks: number;
  linkBytesPerSecond: number;
}

export function numbersOf(device: HdaDevice): DesignNumbers {
  const { systolicArray: array, macTree: tree, memory } = device;
  return {
    nanometres: device.processNanometres,
    clockHertz: device.clockHertz,
    cores: device.cores,
    arraysPerCore: array.perCore,
    rows: array.rows,
    columns: array.columns,
    treesPerCore: tree.treesPerCore,
    treeWidth: tree.width,
    treeReuse: tree.reuse,
    lanesPerCore: device.vector.lanesPerCore,
    localBytes: device.localSramBytesPerCore,
    localStyle: SRAM_STYLES.indexOf(device.sramStyle.local),
    globalBytes: device.globalSramBytes,
    globalBytesPerSecond: device.globalSramBytesPerSecond,
    globalStyle: SRAM_STYLES.indexOf(device.sramStyle.global),
    topology: TOPOLOGIES.indexOf(device.noc.topology),
    portBytesPerCycle: device.noc.bytesPerCyclePerPort,
    memoryKind: MEMORY_KINDS.indexOf(memory.kind),
    memoryBytes: memory.capacityBytes,
    memoryBytesPerSecond: memory.bytesPerSecond,
    stacks: memory.stacks,
    linkBytesPerSecond: device.links.bytesPerSecond,
  };
}

interface NumberedSetting {
  readonly slot: keyof DesignNumbers;
  /** For a setting that is a name. */
  readonly names?: readonly string[];
}

/** Where the settings of a scenario's device stand among the numbers. */
export const NUMBERED_SETTINGS: Readonly<Record<string, NumberedSetting>> = {
  "device.process_nm": { slot: "nanometres" },
  "device.clock": { slot: "clockHertz" },
  "device.cores": { slot: "cores" },
  "device.systolic_array.per_core": { slot: "arraysPerCore" },
  "device.systolic_array.rows": { slot: "rows" },
  "device.systolic_array.columns": { slot: "columns" },
  "device.mac_tree.trees_per_core": { slot: "treesPerCore" },
  "device.mac_tree.width": { slot: "treeWidth" },
  "device.mac_tree.reuse": { slot: "treeReuse" },
  "device.vector.lanes_per_core": { slot: "lanesPerCore" },
  "device.local_sram_per_core": { slot: "localBytes" },
  "device.sram_style.local": { slot: "localStyle", names: SRAM_STYLES },
  "device.global_sram": { slot: "globalBytes" },
  "device.global_sram_bandwidth": { slot: "globalBytesPerSecond" },
  "device.sram_style.global": { slot: "globalStyle", names: SRAM_STYLES },
  "device.noc.topology": { slot: "topology", names: TOPOLOGIES },
  "device.noc.bytes_per_cycle_per_port": { slot: "portBytesPerCycle" },
  "device.memory.kind": { slot: "memoryKind", names: MEMORY_KINDS },
  "device.memory.capacity": { slot: "memoryBytes" },
  "device.memory.bandwidth": { slot: "memoryBytesPerSecond" },
  "device.memory.stacks": { slot: "stacks" },
  "device.links.bandwidth": { slot: "linkBytesPerSecond" },
};
