import { describe, expect, test } from "vitest";
import { BF16, FORMATS, needsDequantisation, precisionOf } from "../../src/models/precision.ts";

describe("number formats", () => {
  test.each([
    // OCP Microscaling Formats v1.0: 32 elements of 4 bits and an 8-bit scale.
    ["mxfp4", (32 * 4 + 8) / 8 / 32],
    // NVFP4: 16 elements of 4 bits and an fp8 scale.
    ["fp4", (16 * 4 + 8) / 8 / 16],
    ["int4", (128 * 4 + 16) / 8 / 128],
    ["int4-g32", (32 * 4 + 16) / 8 / 32],
    ["fp8", 1],
  ] as const)("%s takes %d bytes an element with its scales", (format, bytes) => {
    expect(FORMATS[format].bytes).toBe(bytes);
  });

  test("what is not said is bf16, and experts are stored like the other weights", () => {
    expect(precisionOf({ weights: "fp8" })).toMatchObject({
      ...{ weightBytes: 1, expertWeightBytes: 1, kvBytes: 2, activationBytes: 2 },
    });
    expect(precisionOf({ experts: "mxfp4" })).toMatchObject({ weightBytes: 2, expertWeightBytes: 0.53125 });
    expect(BF16).toMatchObject({ weights: "bf16", experts: "bf16", kv: "bf16", activations: "bf16" });
  });

  test("values are converted unless arithmetic takes them as they are", () => {
    expect(needsDequantisation("int4", "bf16")).toBe(true);
    expect(needsDequantisation("fp8", "bf16")).toBe(true);
    expect(needsDequantisation("int8", "fp8")).toBe(true);
    expect(needsDequantisation("fp8", "fp8")).toBe(false);
    expect(needsDequantisation("fp16", "bf16")).toBe(false);
    expect(needsDequantisation("mxfp4", "fp4")).toBe(false);
  });
});
