import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HdaDevice } from "../../src/hardware/device.ts";
import { ADOR_RECALLED } from "../../src/hardware/presets/ador.ts";
import type { MatrixProduct } from "../../src/perf/operators.ts";
import { ProductMapper } from "../../src/perf/hda/product-mapper.ts";
import { productMapping } from "../../src/perf/hda/product-mapping.ts";
import { DATAFLOWS } from "../../src/perf/hda/systolic-array.ts";
import { design, DOUBLED, matrixProduct, product, rowCount } from "./hda-designs.ts";

const RUNS = { numRuns: 500 };
const ROUNDING = 1e-11;

/** By trying them all. */
function firstFastest(device: HdaDevice, drawn: MatrixProduct, rows: number) {
  const mapper = new ProductMapper(device);
  let best = { splitM: 0, splitK: 0, dataflow: "", cycles: Infinity };
  for (let splitK = 1; splitK <= Math.min(16, device.cores, drawn.inputs); splitK *= 2) {
    for (let splitM = 1; splitM <= Math.min(rows, device.cores / splitK); splitM *= 2) {
      for (const dataflow of DATAFLOWS) {
        const { cycles } = mapper.fixed(drawn, rows, { splitM, splitK, dataflow });
        if (cycles < best.cycles) best = { splitM, splitK, dataflow, cycles };
      }
    }
  }
  return best;
}

describe("the mapping of a product", () => {
  test("is never faster than its arithmetic at the peak of all units or its weights at the peak of the memory", () => {
    fc.assert(
      fc.property(design, product, rowCount, (device, drawn, rows) => {
        const { cores, systolicArray: array, macTree: tree } = device;
        const macs =
          cores * (array.perCore * array.rows * array.columns + tree.treesPerCore * tree.width * tree.reuse);
        const { cycles } = new ProductMapper(device).fastest(drawn, rows);
        expect(cycles * macs).toBeGreaterThanOrEqual(rows * drawn.inputs * drawn.outputs);
        const weights = drawn.inputs * drawn.outputs * drawn.weightBytes;
        expect((cycles / device.clockHertz) * device.memory.bytesPerSecond).toBeGreaterThanOrEqual(weights);
      }),
      RUNS,
    );
  });

  test("is never slower than any fixed choice of partition and dataflow", () => {
    fc.assert(
      fc.property(
        design,
        product,
        rowCount,
        fc.nat(7),
        fc.nat(4),
        fc.constantFrom(...DATAFLOWS),
        (device, drawn, rows, logM, logK, dataflow) => {
          const splitM = Math.min(2 ** logM, 2 ** Math.floor(Math.log2(Math.min(rows, device.cores))));
          const splitK = Math.min(
            2 ** logK,
            2 ** Math.floor(Math.log2(Math.min(drawn.inputs, device.cores / splitM))),
          );
          const mapper = new ProductMapper(device);
          const fixed = mapper.fixed(drawn, rows, { splitM, splitK, dataflow }).cycles;
          expect(mapper.fastest(drawn, rows).cycles).toBeLessThanOrEqual(fixed);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("is the first of the fastest when every partition and dataflow is tried, fewest parts first", () => {
    fc.assert(
      fc.property(
        design,
        product,
        fc.array(rowCount, { minLength: 1, maxLength: 3 }),
        (device, drawn, all) => {
          const mapper = new ProductMapper(device);
          for (const rows of all) {
            const { splitM, splitK, dataflow, cycles } = mapper.fastest(drawn, rows);
            const found = { splitM, splitK, dataflow, cycles };
            expect(found).toEqual(firstFastest(device, drawn, rows));
          }
        },
      ),
      RUNS,
    );
  });

  test("is the same whatever numbers of rows were mapped before", () => {
    fc.assert(
      fc.property(
        design,
        product,
        fc.array(rowCount, { maxLength: 6 }),
        rowCount,
        (device, drawn, before, rows) => {
          const used = new ProductMapper(device);
          for (const earlier of before) used.fastest(drawn, earlier);
          expect(used.fastest(drawn, rows)).toEqual(new ProductMapper(device).fastest(drawn, rows));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("is never slowed by twice as much of any resource", () => {
    fc.assert(
      fc.property(design, product, rowCount, (device, drawn, rows) => {
        const seconds = (of: typeof device) =>
          new ProductMapper(of).fastest(drawn, rows).cycles / of.clockHertz;
        const before = seconds(device);
        for (const [name, twice] of Object.entries(DOUBLED))
          expect(seconds(twice(device)), name).toBeLessThanOrEqual(before * (1 + ROUNDING));
      }),
      RUNS,
    );
  });

  test("keeps no unit, memory or network busy for longer than it lasts", () => {
    fc.assert(
      fc.property(design, product, rowCount, (device, drawn, rows) => {
        const plan = new ProductMapper(device).fastest(drawn, rows);
        const { arrayCycles, treeCycles, localCycles, networkCycles, dramCycles, reductionCycles } = plan;
        for (const busy of [arrayCycles, treeCycles, localCycles, networkCycles, dramCycles]) {
          expect(busy).toBeGreaterThanOrEqual(0);
          expect(busy + reductionCycles).toBeLessThanOrEqual(plan.cycles * (1 + ROUNDING));
        }
        expect(plan.treeRows).toBeLessThanOrEqual(plan.coreM);
        expect(plan.splitM * plan.splitK * plan.splitN).toBeLessThanOrEqual(device.cores);
      }),
      RUNS,
    );
  });

  test("moves at least the weights, and at least what no schedule can avoid with so much SRAM", () => {
    // T. M. Smith et al., "A tight I/O lower bound for matrix multiplication", 2019: 2mnk/√S - 2S words.
    fc.assert(
      fc.property(design, product, rowCount, (device, drawn, rows) => {
        const { dramBytes } = new ProductMapper(device).fastest(drawn, rows);
        const { inputs, outputs, weightBytes, activationBytes } = drawn;
        expect(dramBytes).toBeGreaterThanOrEqual(inputs * outputs * weightBytes);
        const word = Math.min(weightBytes, activationBytes);
        const words = (device.globalSramBytes + device.cores * device.localSramBytesPerCore) / word;
        const bound = (2 * rows * inputs * outputs) / Math.sqrt(words) - 2 * words;
        expect(dramBytes).toBeGreaterThanOrEqual(bound * word);
      }),
      RUNS,
    );
  });

  test("does not remember the product before", () => {
    fc.assert(
      fc.property(design, product, product, rowCount, rowCount, (device, first, second, m, n) => {
        const mapper = new ProductMapper(device);
        mapper.fastest(first, m);
        expect(mapper.fastest(second, n)).toEqual(new ProductMapper(device).fastest(second, n));
      }),
      { numRuns: 200 },
    );
  });
});

describe("the recollected ADOR design", () => {
  const map = (rows: number, inputs: number, outputs: number, device = ADOR_RECALLED) =>
    productMapping(device, matrixProduct(inputs, outputs), rows);

  test("decodes small batches on trees alone, behind the memory", () => {
    const mapping = map(8, 4096, 28672);
    expect(mapping.unit).toBe("mac_tree");
    expect(mapping.dataflow).toBeNull();
    expect(mapping.partition).toEqual({ m: 1, k: 1, n: 32 });
    expect(mapping.cycles.total).toBe(mapping.cycles.dram);
    expect(mapping.bytes.dram).toBe(4096 * 28672 * 2);
  });

  test("calls the arrays in where the batch passes the crossover", () => {
    // 16 × 16 weights a cycle and core at 1.5 GHz against 1.8 TB/s: 13.65 rows.
    expect(map(13, 8192, 8192).unit).toBe("mac_tree");
    expect(map(14, 8192, 8192).unit).toBe("sa+mac_tree");
  });

  test("loses some per cent of its peak in large products: drain of every fold, rows that fill no fold", () => {
    const utilisation = (rows: number) =>
      (rows * 4096 * 28672) / (map(rows, 4096, 28672).cycles.total * 32 * (4096 + 256));
    expect(utilisation(4096)).toBeGreaterThan(0.93);
    expect(utilisation(4096)).toBeLessThan(0.985);
    expect(utilisation(500)).toBeLessThan(0.93);
  });

  test("splits the inner dimension where columns are too few for its cores", () => {
    expect(map(512, 16384, 64).partition.k).toBeGreaterThan(1);
    expect(map(512, 4096, 28672).partition.k).toBe(1);
  });

  test("is bound by what its local memories read when they are narrow, and by its network when that is", () => {
    const narrow = map(2048, 4096, 28672, { ...ADOR_RECALLED, localSramBytesPerCycle: 128 });
    expect(narrow.cycles.total).toBe(narrow.cycles.local);
    const noc = { ...ADOR_RECALLED.noc, bytesPerCyclePerPort: 16 };
    const slow = map(2048, 4096, 28672, { ...ADOR_RECALLED, noc });
    expect(slow.cycles.total).toBe(slow.cycles.network);
  });

  test("gives rows to one kind of unit only when told so", () => {
    const concurrency = { ...ADOR_RECALLED.concurrency, arraysBesideTrees: false };
    // 520 rows are eight folds of 64 and eight rows more, which trees can take.
    const apart = map(520, 4096, 28672, { ...ADOR_RECALLED, concurrency });
    expect(apart.unit).toBe("sa");
    expect(apart.cycles.total).toBeGreaterThan(1.1 * map(520, 4096, 28672).cycles.total);
  });
});
