import { describe, expect, test } from "vitest";
import { parseSweep } from "../../../src/analysis/sweep/axis.ts";

const texts = (sweep: string) => parseSweep(sweep).values.map(({ text }) => text);

describe("a sweep", () => {
  test("over a range takes eight even steps, or as many as it says", () => {
    expect(parseSweep("load=0.1..0.8")).toMatchObject({ name: "load" });
    expect(texts("load=0.1..0.8")).toEqual(["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8"]);
    expect(texts("rate=1..3:3")).toEqual(["1", "2", "3"]);
  });

  test("over a wide range of whole numbers takes equal ratios", () => {
    expect(texts("serving.max_num_batched_tokens=256..4096:5")).toEqual([
      "256",
      "512",
      "1024",
      "2048",
      "4096",
    ]);
  });

  test("over a list takes what is written, in order", () => {
    expect(texts("batch=64,8,256")).toEqual(["8", "64", "256"]);
    expect(parseSweep("batch=8").name).toBe("serving.max_num_seqs");
  });

  test("keeps units", () => {
    expect(texts("device.memory.bandwidth=1TB/s..2TB/s:3")).toEqual(["1TB/s", "1.5TB/s", "2TB/s"]);
  });

  test("over a name that is none says which is near", () => {
    expect(() => parseSweep("laod=0.1..1")).toThrow(/"laod" \(did you mean "load"\?\)/);
    expect(parseSweep("batch=8,64").name).toBe("serving.max_num_seqs");
  });

  test.each([
    ["load", /invalid sweep/],
    ["=1..2", /invalid sweep/],
    ["a..b=1..2", /invalid sweep/],
    ["load=", /not a number/],
    ["load=0..1", /not a number more than 0/],
    ["load=-1..1", /not a number/],
    ["load=fast", /not a number/],
    ["rate=1..3:x", /not a number/],
    ["load=1..0.5", /an empty range/],
    ["load=0.1..1:1", /2 to 200 values/],
    ["device.memory.bandwidth=1TB/s..2GB/s", /two units/],
  ])("refuses %s", (text, message) => {
    expect(() => parseSweep(text)).toThrow(message);
  });
});
