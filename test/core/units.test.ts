import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/core/errors.ts";
import { parseFlops, parseQuantity, type QuantityKind } from "../../src/core/units.ts";

describe("a quantity", () => {
  test.each<[QuantityKind, string, number]>([
    ["bytes", "80GiB", 80 * 2 ** 30],
    ["bytes", "192KiB", 192 * 2 ** 10],
    ["bytes", "1.5TiB", 1.5 * 2 ** 40],
    ["bytes", "141GB", 141e9],
    ["bytes", "512kB", 512e3],
    ["bytes", "0B", 0],
    ["bytesPerSecond", "2TB/s", 2e12],
    ["bytesPerSecond", "3.35TB/s", 3.35e12],
    ["bytesPerSecond", "400Gb/s", 50e9],
    ["seconds", "25ms", 0.025],
    ["seconds", "15us", 15e-6],
    ["seconds", "15µs", 15e-6],
    ["seconds", "1.5s", 1.5],
    ["seconds", "2min", 120],
    ["hertz", "1.5GHz", 1.5e9],
    ["hertz", "1410MHz", 1.41e9],
    ["watts", "400W", 400],
    ["watts", "1kW", 1000],
    ["joules", "0.5pJ", 0.5e-12],
    ["joules", "3.9pJ", 3.9e-12],
    ["mm2", "826mm2", 826],
    ["mm2", "8.26 cm2", 826],
    ["perSecond", "5.5/s", 5.5],
    ["perSecond", "5.5Hz", 5.5],
    ["perSecond", "330/min", 5.5],
  ])("of kind %s is read from %j", (kind, text, value) => {
    expect(parseQuantity(kind, text)).toBe(value);
  });

  test("may stand apart from its unit and have space around it", () => {
    expect(parseQuantity("bytes", "  80 GiB ")).toBe(parseQuantity("bytes", "80GiB"));
  });

  test.each<[string, QuantityKind, string]>([
    ["missing unit in", "bytes", "80"],
    ["missing number in", "bytes", "GiB"],
    ["missing number in", "bytes", ""],
    ["missing number in", "bytes", "NaNB"],
    ["invalid quantity", "bytes", "80gb"],
    ["invalid quantity", "bytes", "80GiB!"],
    ["invalid quantity", "bytes", "1,5GB"],
    ["invalid quantity", "perSecond", "5 requests/s"],
    ["not an amount of memory:", "bytes", "80GB/s"],
    ["not a bandwidth:", "bytesPerSecond", "80GB"],
    ["not a time:", "seconds", "10 m"],
    ["not a frequency:", "hertz", "2s"],
    ["negative or infinite", "bytes", "-5GB"],
    ["negative or infinite", "bytes", "1e400B"],
  ])("%s … is the answer to the %s %j", (message, kind, text) => {
    const read = () => parseQuantity(kind, text);
    expect(read).toThrow(InputError);
    expect(read).toThrow(`${message} ${JSON.stringify(text)}\n  expected `);
  });

  test("shows how it should be written", () => {
    expect(() => parseQuantity("mm2", "826")).toThrow(
      'missing unit in "826"\n  expected an area with its unit, such as "826mm2"',
    );
  });

  test("means the same in every prefix", () => {
    const prefixes: [string, number][] = [
      ["", 1],
      ["k", 1e3],
      ["M", 1e6],
      ["G", 1e9],
      ["T", 1e12],
    ];
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 1e4, noNaN: true }),
        fc.constantFrom(...prefixes),
        (number, prefix) => {
          const value = parseQuantity("bytesPerSecond", `${number}${prefix[0]}B/s`);
          expect(Math.abs(value / (number * prefix[1]) - 1)).toBeLessThan(1e-12);
        },
      ),
    );
  });
});

describe("a rate of operations", () => {
  test.each([
    ["312TFLOPS", 312e12],
    ["1.98 PFLOPS", 1.98e15],
    ["624 TOPS", 624e12],
    ["19.5TFLOP/s", 19.5e12],
    ["1e3GFLOPS", 1e12],
    ["5FLOPS", 5],
  ])("is read from %j", (text, value) => {
    expect(parseFlops(text)).toBe(value);
  });

  test.each(["312", "TFLOPS", "312TFLOP", "312tflops", "-1TFLOPS", "312TB/s", "", "1e999TFLOPS"])(
    "is refused as %j",
    (text) => {
      expect(() => parseFlops(text)).toThrow(InputError);
      expect(() => parseFlops(text)).toThrow(`invalid rate ${JSON.stringify(text)}`);
    },
  );
});
