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
  /** Sets it: one function a slot is several times as fast as a store by a name that varies. */
  readonly write: (numbers: DesignNumbers, value: number) => void;
  /** For a setting that is a name. */
  readonly names?: readonly string[];
}

/** Where the settings of a scenario's device stand among the numbers. */
export const NUMBERED_SETTINGS: Readonly<Record<string, NumberedSetting>> = {
  "device.process_nm": { slot: "nanometres", write: (n, to) => void (n.nanometres = to) },
  "device.clock": { slot: "clockHertz", write: (n, to) => void (n.clockHertz = to) },
  "device.cores": { slot: "cores", write: (n, to) => void (n.cores = to) },
  "device.systolic_array.per_core": { slot: "arraysPerCore", write: (n, to) => void (n.arraysPerCore = to) },
  "device.systolic_array.rows": { slot: "rows", write: (n, to) => void (n.rows = to) },
  "device.systolic_array.columns": { slot: "columns", write: (n, to) => void (n.columns = to) },
  "device.mac_tree.trees_per_core": { slot: "treesPerCore", write: (n, to) => void (n.treesPerCore = to) },
  "device.mac_tree.width": { slot: "treeWidth", write: (n, to) => void (n.treeWidth = to) },
  "device.mac_tree.reuse": { slot: "treeReuse", write: (n, to) => void (n.treeReuse = to) },
  "device.vector.lanes_per_core": { slot: "lanesPerCore", write: (n, to) => void (n.lanesPerCore = to) },
  "device.local_sram_per_core": { slot: "localBytes", write: (n, to) => void (n.localBytes = to) },
  "device.sram_style.local": {
    slot: "localStyle",
    write: (n, to) => void (n.localStyle = to),
    names: SRAM_STYLES,
  },
  "device.global_sram": { slot: "globalBytes", write: (n, to) => void (n.globalBytes = to) },
  "device.global_sram_bandwidth": {
    slot: "globalBytesPerSecond",
    write: (n, to) => void (n.globalBytesPerSecond = to),
  },
  "device.sram_style.global": {
    slot: "globalStyle",
    write: (n, to) => void (n.globalStyle = to),
    names: SRAM_STYLES,
  },
  "device.noc.topology": { slot: "topology", write: (n, to) => void (n.topology = to), names: TOPOLOGIES },
  "device.noc.bytes_per_cycle_per_port": {
    slot: "portBytesPerCycle",
    write: (n, to) => void (n.portBytesPerCycle = to),
  },
  "device.memory.kind": {
    slot: "memoryKind",
    write: (n, to) => void (n.memoryKind = to),
    names: MEMORY_KINDS,
  },
  "device.memory.capacity": { slot: "memoryBytes", write: (n, to) => void (n.memoryBytes = to) },
  "device.memory.bandwidth": {
    slot: "memoryBytesPerSecond",
    write: (n, to) => void (n.memoryBytesPerSecond = to),
  },
  "device.memory.stacks": { slot: "stacks", write: (n, to) => void (n.stacks = to) },
  "device.links.bandwidth": {
    slot: "linkBytesPerSecond",
    write: (n, to) => void (n.linkBytesPerSecond = to),
  },
};
