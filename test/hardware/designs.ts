import fc from "fast-check";
import { ADOR_RECALLED } from "../../src/hardware/presets/ador.ts";
import type { HdaDevice } from "../../src/hardware/device.ts";

/** Dataflow designs around the ADOR one, from a tenth of its size to beyond what can be made. */
export const design: fc.Arbitrary<HdaDevice> = fc
  .record({
    processNanometres: fc.constantFrom(16, 12, 10, 8, 7, 6, 5, 4, 3),
    clockHertz: fc.constantFrom(0.5e9, 1.5e9, 4e9),
    cores: fc.integer({ min: 1, max: 200 }),
    perCore: fc.integer({ min: 1, max: 4 }),
    side: fc.constantFrom(8, 16, 64, 128),
    treesPerCore: fc.constantFrom(0, 1, 16),
    lanesPerCore: fc.constantFrom(1, 32, 128),
    localSramBytesPerCore: fc.constantFrom(2 ** 14, 2 ** 18, 2 ** 21),
    globalSramBytes: fc.constantFrom(2 ** 20, 2 ** 24, 2 ** 26),
    topology: fc.constantFrom("ring" as const, "mesh" as const, "all-to-all" as const),
    local: fc.constantFrom("macro" as const, "scratchpad" as const, "cache" as const),
    stacks: fc.integer({ min: 1, max: 16 }),
  })
  .map(({ perCore, side, treesPerCore, lanesPerCore, topology, local, stacks, ...sizes }) => ({
    ...ADOR_RECALLED,
    ...sizes,
    systolicArray: { ...ADOR_RECALLED.systolicArray, perCore, rows: side, columns: side },
    macTree: { ...ADOR_RECALLED.macTree, treesPerCore },
    vector: { lanesPerCore },
    noc: { ...ADOR_RECALLED.noc, topology },
    sramStyle: { local, global: "scratchpad" as const },
    memory: { ...ADOR_RECALLED.memory, stacks },
  }));

/** The same design with more of one thing. */
export const GROWTHS: readonly (readonly [what: string, grow: (device: HdaDevice) => HdaDevice])[] = [
  ["cores", (device) => ({ ...device, cores: 2 * device.cores })],
  [
    "array rows",
    (device) => ({
      ...device,
      systolicArray: { ...device.systolicArray, rows: 2 * device.systolicArray.rows },
    }),
  ],
  [
    "trees",
    (device) => ({
      ...device,
      macTree: { ...device.macTree, treesPerCore: 2 * device.macTree.treesPerCore + 1 },
    }),
  ],
  ["vector lanes", (device) => ({ ...device, vector: { lanesPerCore: 2 * device.vector.lanesPerCore } })],
  ["local SRAM", (device) => ({ ...device, localSramBytesPerCore: 2 * device.localSramBytesPerCore })],
  ["global SRAM", (device) => ({ ...device, globalSramBytes: 2 * device.globalSramBytes })],
  ["stacks", (device) => ({ ...device, memory: { ...device.memory, stacks: 2 * device.memory.stacks } })],
  [
    "links",
    (device) => ({ ...device, links: { ...device.links, bytesPerSecond: 2 * device.links.bytesPerSecond } }),
  ],
  [
    "NoC width",
    (device) => ({
      ...device,
      noc: { ...device.noc, bytesPerCyclePerPort: 2 * device.noc.bytesPerCyclePerPort },
    }),
  ],
];
