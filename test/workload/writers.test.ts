import fc from "fast-check";
import { expect, test } from "vitest";
import type { RequestTable } from "../../src/workload/request.ts";
import { formatMooncakeJsonl } from "../../src/workload/writers/mooncake-jsonl.ts";
import { formatTraceCsv } from "../../src/workload/writers/trace-csv.ts";
import { read, refusalOf, tableOf } from "./support.ts";

const anyRows = fc.array(
  fc.tuple(fc.double({ min: 0, max: 1e5, noNaN: true }), fc.integer({ min: 1, max: 2 ** 24 }), fc.integer({ min: 1, max: 9999 })),
  { minLength: 1, maxLength: 30 },
); // prettier-ignore

/** The table that a reader makes of rows: ordered, the clock at the first request. */
function orderedTable(rows: readonly (readonly [number, number, number])[]): RequestTable {
  const ordered = [...rows].sort((a, b) => a[0] - b[0]);
  return tableOf(
    ordered.map(([arrival, input, output]) => [arrival - ordered[0]![0], input, output] as const),
  );
}

test("a table written as CSV reads back as it was, to the last bit", () => {
  fc.assert(
    fc.property(anyRows, fc.boolean(), fc.boolean(), (rows, withClasses, withSessions) => {
      const table: RequestTable = {
        ...orderedTable(rows),
        classes: withClasses ? ['chat, "long"'] : ["default"],
        sessionId: withSessions ? Int32Array.from(rows, (_, i) => (i === 0 ? 3 : i - 1)) : undefined,
      };
      expect(read([...formatTraceCsv(table)].join("")).table).toEqual(table);
    }),
  );
});

test("long tables are written in chunks", () => {
  const table = tableOf(Array.from({ length: 2500 }, (_, i) => [i, 1, 1] as const));
  const chunks = [...formatTraceCsv(table)];
  expect(chunks.length).toBe(4);
  expect(read(chunks.join("")).table).toEqual(table);
});

test("a table with prefix blocks written as Mooncake JSONL reads back as it was", () => {
  const lines = Array.from({ length: 1200 }, (_, i) => {
    const record = {
      timestamp: i * 7,
      input_length: 600 + i,
      output_length: 1 + i,
      session_id: i,
      hash_ids: [0, i + 1],
    };
    return JSON.stringify(record);
  });
  const { table } = read(lines.join("\n"));
  const written = [...formatMooncakeJsonl(table)].join("");
  expect(written.trimEnd().split("\n")).toEqual(lines);
  expect(read(written).table).toEqual(table);
});

test("a table without prefix blocks cannot be written as Mooncake JSONL", () => {
  expect(refusalOf(() => [...formatMooncakeJsonl(tableOf([[0, 1, 1]]))]).message).toContain(
    "no prefix blocks",
  );
});
