import { describe, expect, test } from "vitest";
import { createTraceReader } from "../../../src/workload/read-trace.ts";
import { read, refusalOf, rowsOf } from "../support.ts";

const HEADER = "arrival_s,input_tokens,output_tokens\n";

describe("bad rows are refused with file, line and column", () => {
  test.each([
    { row: "0,-5,1", message: 't:3:3: input_tokens: invalid token count "-5"' },
    { row: "0,5,-1", message: 't:3:5: output_tokens: invalid token count "-1"' },
    { row: "0,0,1", message: 't:3:3: input_tokens: invalid token count "0"' },
    { row: "0,1.5,1", message: 't:3:3: input_tokens: invalid token count "1.5"' },
    { row: "0,NaN,1", message: 't:3:3: input_tokens: not a number: "NaN"' },
    { row: "0,0x10,1", message: 't:3:3: input_tokens: not a number: "0x10"' },
    { row: "0,,1", message: 't:3:3: input_tokens: not a number: ""' },
    { row: "0,1e99,1", message: 't:3:3: input_tokens: absurd token count "1e99"' },
    { row: "0,16777217,1", message: 't:3:3: input_tokens: absurd token count "16777217"' },
    { row: "0,5,16777217", message: 't:3:5: output_tokens: absurd token count "16777217"' },
    { row: "NaN,5,1", message: 't:3:1: arrival_s: invalid arrival time "NaN"' },
    { row: "-1,5,1", message: 't:3:1: arrival_s: invalid arrival time "-1"' },
    { row: "Infinity,5,1", message: 't:3:1: arrival_s: invalid arrival time "Infinity"' },
    { row: "0,5", message: 't:3: a row of 2 cells: "0,5"' },
    { row: "0,5,1,9", message: 't:3: a row of 4 cells: "0,5,1,9"' },
    { row: '0,"5,1', message: 't:3: broken quotes in "0,\\"5,1"' },
    { row: '"0","1,5",1', message: 't:3:5: input_tokens: not a number: "1,5"' },
  ])("$row", ({ row, message }) => {
    expect(refusalOf(() => read(`${HEADER}0,1,1\n${row}\n`)).message.split("\n")[0]).toBe(message);
  });

  test("the largest token count that is no slip is accepted", () => {
    expect(rowsOf(read(`${HEADER}0,16777216,1\n`).table)).toEqual([[0, 16_777_216, 1]]);
  });

  test("JSON rows name the key, and its place", () => {
    const good = '{"timestamp": 1, "input_length": 5, "output_length": 4}\n';
    const refuse = (line: string) => refusalOf(() => read(good + line)).message.split("\n")[0];
    expect(refuse('{"timestamp": 1, "input_length": "5", "output_length": 4}')).toBe(
      't:2:18: input_length: not a number: "5"',
    );
    expect(refuse('{"timestamp": 1, "input_length": 5}')).toMatch(/^t:2: missing key "output_length"/);
    expect(refuse('{"timestamp": 1, "input_length": 5, ')).toMatch(/^t:2: not a JSON object/);
    expect(refuse("[1]")).toMatch(/^t:2: not a JSON object/);
  });

  test("a missing column is named with the nearest one that the file has", () => {
    const text = "TIMESTAMP,ContextToken,GeneratedTokens\n2023-11-16 18:15:46,1,1\n";
    const { message } = refusalOf(() => read(text, { format: "azure" }));
    expect(message).toContain('t:1:11: missing column "ContextTokens" (is "ContextToken" meant to be it?)');
  });

  test("a column that stands twice is refused", () => {
    const text = "arrival_s,input_tokens,output_tokens,input_tokens\n0,1,1,1\n";
    expect(refusalOf(() => read(text)).message).toBe('t:1:38: column stands twice: "input_tokens"');
  });

  test("a request without output tokens is refused with the way to drop it, or dropped with a warning", () => {
    const text = `${HEADER}0,1,1\n1,2,0\n2,3,3\n`;
    expect(refusalOf(() => read(text)).message).toMatch(/^t:3:5: .*\n.*--zero-output drop/);
    const { table, warnings } = read(text, { zeroOutput: "drop" });
    expect(rowsOf(table)).toEqual([
      [0, 1, 1],
      [2, 3, 3],
    ]);
    expect([...table.sourceRow]).toEqual([0, 2]);
    expect(warnings).toEqual(["t: 1 requests without output tokens dropped"]);
  });

  test.each(["", "\n\n", "\uFEFF", HEADER])("a file without requests is refused: %j", (text) => {
    expect(refusalOf(() => read(text)).message).toMatch(/^t: the file (is empty|holds no requests)/);
  });

  test("65,536 classes are told apart, one more is refused", () => {
    const header = "arrival_s,input_tokens,output_tokens,class\n";
    const rows = Array.from({ length: 65_537 }, (_, i) => `${i},1,1,class-${i}\n`);
    const { table } = read(header + rows.slice(0, -1).join(""));
    expect(table.classes.length).toBe(65_536);
    for (let i = 0; i < table.length; i++) if (table.classIndex[i] !== i) throw new Error(`row ${i}`);
    expect(refusalOf(() => read(header + rows.join(""))).message).toBe(
      't:65538:11: class: too many request classes, at "class-65536"\n  expected at most 65536',
    );
  });
});

describe("disorder", () => {
  test("within the window is sorted stably, with a warning, and rows keep their source numbers", () => {
    const { table, warnings } = read(`${HEADER}100,1,1\n70,2,2\n100,3,3\n90,4,4\n`);
    expect(rowsOf(table)).toEqual([
      [0, 2, 2],
      [20, 4, 4],
      [30, 1, 1],
      [30, 3, 3],
    ]);
    expect([...table.sourceRow]).toEqual([1, 3, 0, 2]);
    expect(warnings).toEqual(["t: 2 rows out of order, by at most 30 s: sorted by arrival"]);
  });

  test("beyond the window is refused at the row", () => {
    const text = `${HEADER}100,1,1\n39.9,2,2\n`;
    expect(refusalOf(() => read(text)).message).toMatch(/^t:3:1: arrival_s: unsorted timestamps/);
    expect(read(text, { reorderWindowSeconds: 61 }).table.length).toBe(2);
  });

  test("takes prefix blocks along", () => {
    const line = (timestamp: number, ids: string) =>
      `{"timestamp": ${timestamp}, "input_length": 1000, "output_length": 1, "hash_ids": [${ids}]}\n`;
    const { table } = read(line(20, "1, 2") + line(10, "3"));
    expect([...table.prefixBlocks!.offsets]).toEqual([0, 1, 3]);
    expect([...table.prefixBlocks!.ids]).toEqual([3, 1, 2]);
  });
});

test("a line of 10 MB is refused as soon as it is too long, without keeping it", () => {
  const reader = createTraceReader({ file: "t" });
  reader.write(HEADER);
  const chunk = "7".repeat(64 * 1024);
  let written = 0;
  const { message } = refusalOf(() => {
    for (; written < 10_000_000; written += chunk.length) reader.write(chunk);
  });
  expect(message).toMatch(/^t:2: a line of more than 1048576 characters/);
  expect(written).toBeLessThanOrEqual(2 ** 20);
  expect(refusalOf(() => read("x".repeat(10_000_000))).message).toMatch(/^t:1: a line of more than/);
});
