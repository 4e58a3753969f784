import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/core/errors.ts";
import { describeTrace } from "../../src/workload/describe.ts";
import type { RequestTable } from "../../src/workload/request.ts";
import { applyTransforms, type TransformSpec } from "../../src/workload/transforms.ts";
import { blocksOf, refusalOf, rowsOf, tableOf } from "./support.ts";

/** Tables with sessions and prefix blocks that tell which row they belong to. */
const anyTable: fc.Arbitrary<RequestTable> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 900 })), { minLength: 1, maxLength: 40 })
  .map((gapRows) => {
    let now = 0;
    const rows = gapRows.map(([gap, input, output], i) => [i === 0 ? 0 : (now += gap / 1000), input, output] as const);
    const blockLists = rows.map(([, input], row) => Array.from({ length: Math.ceil(input / 512) }, (_, i) => row * 100 + i));
    const offsets = new Int32Array(rows.length + 1);
    blockLists.forEach((list, row) => (offsets[row + 1] = offsets[row]! + list.length));
    return {
      ...tableOf(rows),
      sessionId: Int32Array.from(rows, (_, row) => (row % 3) - 1),
      prefixBlocks: { blockTokens: 512, offsets, ids: Int32Array.from(blockLists.flat()) },
    };
  }); // prettier-ignore

const apply = (table: RequestTable, ...specs: TransformSpec[]) => applyTransforms(table, specs, 1).table;
const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);

const anyTransform: fc.Arbitrary<TransformSpec> = fc.oneof(
  fc.record({
    kind: fc.constant("rate-scale" as const),
    factor: fc.double({ min: 0.01, max: 100, noNaN: true }),
  }),
  fc.record({ kind: fc.constant("first" as const), requests: fc.integer({ min: 1, max: 50 }) }),
  fc.record({
    kind: fc.constant("clip-lengths" as const),
    maxInputTokens: fc.integer({ min: 1, max: 6000 }),
  }),
  fc.record({ kind: fc.constant("shuffle" as const) }),
  fc.record({ kind: fc.constant("replicate" as const), copies: fc.integer({ min: 1, max: 4 }) }),
);

describe("any chain of transforms", () => {
  test("keeps arrivals in order, source rows unique, and as many blocks as a prompt can have", () => {
    fc.assert(
      fc.property(anyTable, fc.array(anyTransform, { maxLength: 4 }), fc.integer(), (before, specs, seed) => {
        const { table, applied } = applyTransforms(before, specs, seed);
        expect([...table.arrivalSeconds]).toEqual(sorted(table.arrivalSeconds));
        expect(new Set(table.sourceRow).size).toBe(table.length);
        expect(table.prefixBlocks!.offsets.length).toBe(table.length + 1);
        expect(table.prefixBlocks!.offsets.at(-1)).toBe(table.prefixBlocks!.ids.length);
        blocksOf(table).forEach((blocks, row) => {
          expect(blocks.length).toBe(Math.ceil(table.inputTokens[row]! / 512));
        });
        expect(applied.map(({ transform }) => transform)).toEqual(specs);
        expect(applied.map(({ requestsAfter }) => requestsAfter).at(-1) ?? before.length).toBe(table.length);
        expect(JSON.parse(JSON.stringify(applied))).toEqual(applied);
        expect(applyTransforms(before, specs, seed).table).toEqual(table);
      }),
    );
  });
});

test("rate-scale multiplies the rate and changes nothing else", () => {
  fc.assert(
    fc.property(anyTable, fc.double({ min: 0.01, max: 100, noNaN: true }), (before, factor) => {
      const after = apply(before, { kind: "rate-scale", factor });
      after.arrivalSeconds.forEach((arrival, i) => {
        expect(arrival * factor).toBeCloseTo(before.arrivalSeconds[i]!, 6);
      });
      expect({ ...after, arrivalSeconds: before.arrivalSeconds }).toEqual(before);
      const [slow, fast] = [describeTrace(before).ratePerSecond, describeTrace(after).ratePerSecond];
      if (slow !== null && fast !== null) expect(fast / slow / factor).toBeCloseTo(1, 9);
    }),
  );
});

test("shuffle keeps arrivals in place and the multiset of requests, each whole", () => {
  fc.assert(
    fc.property(anyTable, fc.integer(), (before, seed) => {
      const after = applyTransforms(before, [{ kind: "shuffle" }], seed).table;
      expect(after.arrivalSeconds).toEqual(before.arrivalSeconds);
      expect(sorted(after.sourceRow)).toEqual(sorted(before.sourceRow));
      const blocks = blocksOf(before);
      blocksOf(after).forEach((list, i) => {
        const row = after.sourceRow[i]!;
        expect([after.inputTokens[i], after.outputTokens[i], after.sessionId![i], list]).toEqual([
          before.inputTokens[row],
          before.outputTokens[row],
          before.sessionId![row],
          blocks[row],
        ]);
      });
    }),
  );
});

test("shuffle puts every request into every place equally often", () => {
  const table = tableOf([0, 1, 2].map((i) => [i, i + 1, 1] as const));
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 6000; seed++) {
    const order = applyTransforms(table, [{ kind: "shuffle" }], seed).table.sourceRow.join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  // 1000 expected of each order; 5 standard deviations of a binomial count are 144.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(144);
});

test("time-window keeps what arrives in [start, end), at its time", () => {
  const table = tableOf([0, 1, 2, 2, 3].map((arrival, i) => [arrival, i + 1, 1] as const));
  const after = apply(table, { kind: "time-window", startSeconds: 1, endSeconds: 3 });
  expect(rowsOf(after)).toEqual([
    [1, 2, 1],
    [2, 3, 1],
    [2, 4, 1],
  ]);
  expect([...after.sourceRow]).toEqual([1, 2, 3]);
});

test("windows that meet share the requests out without loss", () => {
  fc.assert(
    fc.property(anyTable, fc.double({ min: 0.001, max: 5000, noNaN: true }), (table, cut) => {
      const part = (startSeconds: number, endSeconds: number) => {
        try {
          return rowsOf(apply(table, { kind: "time-window", startSeconds, endSeconds }));
        } catch (error) {
          if (error instanceof InputError) return [];
          throw error;
        }
      };
      expect([...part(0, cut), ...part(cut, 1e6)]).toEqual(rowsOf(table));
    }),
  );
});

test("first keeps the earliest requests, and all when there are fewer", () => {
  fc.assert(
    fc.property(anyTable, fc.integer({ min: 1, max: 60 }), (table, requests) => {
      expect(rowsOf(apply(table, { kind: "first", requests }))).toEqual(rowsOf(table).slice(0, requests));
    }),
  );
});

test("clip-lengths cuts the longer ones, and the prefix blocks beyond the cut", () => {
  fc.assert(
    fc.property(
      anyTable,
      fc.integer({ min: 1, max: 6000 }),
      fc.integer({ min: 1, max: 1000 }),
      (table, most, out) => {
        const after = apply(table, { kind: "clip-lengths", maxInputTokens: most, maxOutputTokens: out });
        expect(rowsOf(after)).toEqual(
          rowsOf(table).map(([at, i, o]) => [at, Math.min(i, most), Math.min(o, out)]),
        );
        const blocks = blocksOf(table);
        blocksOf(after).forEach((list, row) => {
          expect(list).toEqual(blocks[row]!.slice(0, Math.ceil(after.inputTokens[row]! / 512)));
        });
      },
    ),
  );
});

test("replicate sends every request so many times, close to its time, as conversations of their own", () => {
  fc.assert(
    fc.property(anyTable, fc.integer({ min: 1, max: 5 }), (before, copies) => {
      const after = apply(before, { kind: "replicate", copies });
      expect(after.length).toBe(before.length * copies);
      const meanGap = before.length < 2 ? 0 : before.arrivalSeconds.at(-1)! / (before.length - 1);
      const blocks = blocksOf(before);
      const copiedBlocks = blocksOf(after);
      const largest = Math.max(-1, ...before.prefixBlocks!.ids) + 1;
      for (let i = 0; i < after.length; i++) {
        const row = after.sourceRow[i]! % before.length;
        const copy = Math.floor(after.sourceRow[i]! / before.length);
        const delay = after.arrivalSeconds[i]! - before.arrivalSeconds[row]!;
        if (copy === 0) expect(delay).toBe(0);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(meanGap * (1 + 1e-9));
        expect(after.inputTokens[i]).toBe(before.inputTokens[row]);
        expect(copiedBlocks[i]).toEqual(blocks[row]!.map((id) => id + copy * largest));
      }
      const before36 = describeTrace(before).prefix!.hitRateBound;
      expect(describeTrace(after).prefix!.hitRateBound).toBeCloseTo(before36, 12);
    }),
  );
});

test("changing one transform does not shift the random draws of another", () => {
  const table = tableOf(Array.from({ length: 30 }, (_, i) => [i, i + 1, 1] as const));
  const shuffled = (factor: number) =>
    applyTransforms(table, [{ kind: "rate-scale", factor }, { kind: "shuffle" }], 3).table.sourceRow;
  expect(shuffled(2)).toEqual(shuffled(5));
  expect(applyTransforms(table, [{ kind: "shuffle" }], 4).table.sourceRow).not.toEqual(
    applyTransforms(table, [{ kind: "shuffle" }], 5).table.sourceRow,
  );
});

test.each([
  { spec: { kind: "rate-scale", factor: 0 }, message: "factor" },
  { spec: { kind: "time-window", startSeconds: 5, endSeconds: 5 }, message: "endSeconds" },
  { spec: { kind: "time-window", startSeconds: 50, endSeconds: 60 }, message: "no request arrives" },
  { spec: { kind: "first", requests: 0 }, message: "requests" },
  { spec: { kind: "clip-lengths", maxInputTokens: 0 }, message: "maxInputTokens" },
  { spec: { kind: "replicate", copies: 1.5 }, message: "copies" },
  { spec: { kind: "replicate", copies: 2 ** 31 }, message: "copies" },
] as { spec: TransformSpec; message: string }[])("$spec is refused", ({ spec, message }) => {
  const table = tableOf([[0, 1, 1]]);
  expect(refusalOf(() => apply(table, spec)).message).toContain(message);
});
