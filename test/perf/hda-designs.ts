import fc from "fast-check";
import type { HdaDevice } from "../../src/hardware/device.ts";
import { ADOR_RECALLED } from "../../src/hardware/presets/ador.ts";
import type { MatrixProduct } from "../../src/perf/operators.ts";

/** Designs of which every unit, memory and network is the bottleneck somewhere. */
export const design: fc.Arbitrary<HdaDevice> = fc
  .record({
    cores: fc.constantFrom(1, 3, 32, 108),
    perCore: fc.constantFrom(1, 4),
    rows: fc.constantFrom(8, 16, 64, 128),
    columns: fc.constantFrom(8, 16, 64, 128),
    doubleBuffered: fc.boolean(),
    trees: fc.constantFrom(0, 1, 16),
    width: fc.constantFrom(8, 16, 48),
    reuse: fc.constantFrom(1, 4, 16),
    lanes: fc.constantFrom(1, 128),
    localBytes: fc.constantFrom(2 ** 16, 192 * 2 ** 10, 2 ** 21),
    localWidth: fc.constantFrom(32, 512, 8192),
    globalBytes: fc.constantFrom(2 ** 20, 2 ** 24),
    globalBytesPerSecond: fc.constantFrom(3e11, 6e12),
    bytesPerSecond: fc.constantFrom(1e11, 2e12, 2e13),
    topology: fc.constantFrom("ring" as const, "mesh" as const, "all-to-all" as const),
    port: fc.constantFrom(8, 128, 1024),
    arraysBesideTrees: fc.boolean(),
  })
  .map((drawn) => ({
    ...ADOR_RECALLED,
    cores: drawn.cores,
    systolicArray: {
      perCore: drawn.perCore,
      rows: drawn.rows,
      columns: drawn.columns,
      doubleBuffered: drawn.doubleBuffered,
    },
    macTree: { treesPerCore: drawn.trees, width: drawn.width, reuse: drawn.reuse },
    vector: { lanesPerCore: drawn.lanes },
    localSramBytesPerCore: drawn.localBytes,
    localSramBytesPerCycle: drawn.localWidth,
    globalSramBytes: drawn.globalBytes,
    globalSramBytesPerSecond: drawn.globalBytesPerSecond,
    noc: { ...ADOR_RECALLED.noc, topology: drawn.topology, bytesPerCyclePerPort: drawn.port },
    concurrency: { ...ADOR_RECALLED.concurrency, arraysBesideTrees: drawn.arraysBesideTrees },
    memory: { ...ADOR_RECALLED.memory, bytesPerSecond: drawn.bytesPerSecond },
  }));

/** Every resource that a designer can double. */
export const DOUBLED: Readonly<Record<string, (device: HdaDevice) => HdaDevice>> = {
  cores: (device) => ({ ...device, cores: 2 * device.cores }),
  clock: (device) => ({ ...device, clockHertz: 2 * device.clockHertz }),
  arrays: (device) => ({
    ...device,
    systolicArray: { ...device.systolicArray, perCore: 2 * device.systolicArray.perCore },
  }),
  trees: (device) => ({
    ...device,
    macTree: { ...device.macTree, treesPerCore: 2 * device.macTree.treesPerCore },
  }),
  "batch lanes": (device) => ({ ...device, macTree: { ...device.macTree, reuse: 2 * device.macTree.reuse } }),
  "vector lanes": (device) => ({ ...device, vector: { lanesPerCore: 2 * device.vector.lanesPerCore } }),
  "local SRAM": (device) => ({ ...device, localSramBytesPerCore: 2 * device.localSramBytesPerCore }),
  "local bandwidth": (device) => ({ ...device, localSramBytesPerCycle: 2 * device.localSramBytesPerCycle }),
  "global SRAM": (device) => ({ ...device, globalSramBytes: 2 * device.globalSramBytes }),
  "global bandwidth": (device) => ({
    ...device,
    globalSramBytesPerSecond: 2 * device.globalSramBytesPerSecond,
  }),
  "network ports": (device) => ({
    ...device,
    noc: { ...device.noc, bytesPerCyclePerPort: 2 * device.noc.bytesPerCyclePerPort },
  }),
  "memory bandwidth": (device) => ({
    ...device,
    memory: { ...device.memory, bytesPerSecond: 2 * device.memory.bytesPerSecond },
  }),
};

export function matrixProduct(
  inputs: number,
  outputs: number,
  weightBytes = 2,
  activationBytes = 2,
): MatrixProduct {
  return {
    ...{ kind: "product", name: "product", count: 1, dequantised: false },
    ...{ inputs, outputs, weightBytes, activationBytes },
  };
}

const extent = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.integer({ min: 1, max: 256 }).map((n) => 64 * n),
);

export const product: fc.Arbitrary<MatrixProduct> = fc
  .tuple(extent, extent, fc.constantFrom(0.5, 1, 2), fc.constantFrom(1, 2))
  .map(([inputs, outputs, weightBytes, activationBytes]) =>
    matrixProduct(inputs, outputs, weightBytes, activationBytes),
  );

export const rowCount = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 21, max: 600 }),
  fc.integer({ min: 601, max: 20_000 }),
);
