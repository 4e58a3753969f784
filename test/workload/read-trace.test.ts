import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeTrace } from "../../src/workload/describe.ts";
import { parseDecimal } from "../../src/workload/readers/decimal.ts";
import { createTraceReader } from "../../src/workload/read-trace.ts";
import { needsShared, sharedPath } from "../support/needs.ts";
import { read } from "./support.ts";

function readInPieces(text: string, cuts: readonly number[]) {
  const reader = createTraceReader({ file: "t" });
  const bounds = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
  for (let i = 1; i < bounds.length; i++) reader.write(text.slice(bounds[i - 1], bounds[i]));
  return reader.end();
}

describe("text may be cut anywhere, and lines may end in any way", () => {
  const rows = 'arrival_s,input_tokens,output_tokens,class\n0,374,44,a\n1.25,396,109,"b, c"\n2.5,91,16,a\n';
  const jsonRows =
    '{"timestamp": 0, "input_length": 1025, "output_length": 9, "hash_ids": [0, 1, 2]}\n' +
    '{"timestamp": 3, "input_length": 600, "output_length": 7, "hash_ids": [0, 3]}\n';
  const variants = [rows, jsonRows].flatMap((text) => [
    text,
    text.replaceAll("\n", "\r\n"),
    `\uFEFF${text}`,
    `\uFEFF${text.replaceAll("\n", "\r\n")}`,
    text.trimEnd(),
    `\n${text.replaceAll("\n", "\n\n")}`,
  ]);

  test.each(variants)("%j", (text) => {
    const expected = read(text.includes("timestamp") ? jsonRows : rows).table;
    expect(expected.length).toBeGreaterThan(1);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 12 }), (cuts) => {
        expect(readInPieces(text, cuts)).toEqual(expected);
      }),
    );
  });
});

test("numbers are read as the language reads them", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = String(value);
      expect(parseDecimal(` ${text} `, 0, text.length + 2)).toBe(Number(text));
    }),
  );
  fc.assert(
    fc.property(fc.nat(), fc.nat(999_999_999), (whole, fraction) => {
      const text = `${whole}.${String(fraction).padStart(9, "0")}`;
      expect(parseDecimal(text, 0, text.length)).toBe(Number(text));
    }),
  );
  for (const text of ["", " ", ".", "1.2.3", "1,2", "0x1", "Infinity", "NaN", "1e", "--1", "1 2"]) {
    expect(parseDecimal(text, 0, text.length)).toBeNaN();
  }
});

// Counts and statistics as stated in the README beside the traces.
describe("real traces", () => {
  const testOn = needsShared("traces-real");
  const cases = [
    { file: "azure-2023-conv.csv", format: "azure", requests: 19_366, span: 3502, rate: 5.53, cv: 1.09, input: [1155, 1020, 2734, 4142, 14_050], output: [211, 129, 424, 601, 1000] },
    { file: "mooncake-conversation.jsonl", format: "mooncake", requests: 12_031, span: 3537, rate: 3.4, cv: 3.03, input: [12_035, 6909, 27_367, 85_400, 126_195], output: [343, 350, 597, 1119, 2000] },
    { file: "sharegpt-llama-3.1-8b-300-sps10.csv", format: "csv", requests: 300, span: 29, rate: 10.26, cv: 0.94, input: [857, 732, 1460, 2765, 3998], output: [653, 632, 770, 784, 1021] },
  ]; // prettier-ignore
  for (const { file, format, requests, span, rate, cv, input, output } of cases) {
    testOn(file, () => {
      const reader = createTraceReader({ file });
      reader.write(readFileSync(sharedPath(`traces-real/${file}`), "utf8"));
      expect(reader.format).toBe(format);
      const description = describeTrace(reader.end());
      expect(description.requests).toBe(requests);
      expect(description.spanSeconds).toBeCloseTo(span, -0.5);
      expect(description.ratePerSecond).toBeCloseTo(rate, 2);
      expect(description.gapCv).toBeCloseTo(cv, 2);
      const { inputTokens, outputTokens } = description;
      for (const [lengths, expected] of [
        [inputTokens, input],
        [outputTokens, output],
      ] as const) {
        const { mean, p50, p90, p99, max } = lengths;
        [mean, p50, p90, p99, max].forEach((value, i) => {
          expect(Math.abs(value! - expected[i]!)).toBeLessThanOrEqual(0.51);
        });
      }
    });
  }

  testOn("36.6 % of Mooncake's prompt blocks would hit an unlimited prefix cache", () => {
    const { table } = read(readFileSync(sharedPath("traces-real/mooncake-conversation.jsonl"), "utf8"));
    expect(describeTrace(table).prefix!.hitRateBound).toBeCloseTo(0.366, 3);
  });
});
