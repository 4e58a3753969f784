import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HdaDevice } from "../../src/hardware/device.ts";
import { energyConstants } from "../../src/hardware/energy.ts";
import { ADOR_RECALLED } from "../../src/hardware/presets/ador.ts";
import {
  decodeArrayRate,
  decodeTreeSeconds,
  prefillPairRate,
  tokensPerPass,
  type HeadShape,
} from "../../src/perf/hda/attention-rates.ts";
import { hdaAttention, hdaLatentAttention } from "../../src/perf/hda/hda-attention.ts";
import { AttentionWork, decodeLineSeconds, type AttentionKernel } from "../../src/perf/machine.ts";
import { SpareTime } from "../../src/perf/spare-time.ts";
import { CHARGE_COUNT, RESOURCE_INDEX } from "../../src/perf/step-cost.ts";
import { design, DOUBLED } from "./hda-designs.ts";

const ROUNDING = 1e-11;
const heads: fc.Arbitrary<HeadShape> = fc
  .tuple(
    fc.constantFrom(1, 2, 8),
    fc.constantFrom(1, 4, 16, 128),
    fc.constantFrom(64, 80, 128, 576),
    fc.constantFrom(64, 128, 512),
  )
  .map(([kvHeads, group, scoreWidth, valueWidth]) => {
    return { kvHeads, queryHeads: kvHeads * group, scoreWidth, valueWidth };
  });

const arrayMacs = ({ cores, systolicArray: array, clockHertz }: HdaDevice) =>
  cores * array.perCore * array.rows * array.columns * clockHertz;

/** DeepSeek-V3 (deepseek-ai/DeepSeek-V3 config.json) on one of eight devices. */
const LATENT = {
  ...{ queryHeads: 16, kvRank: 512, nopeHeadSize: 128, ropeHeadSize: 64, valueHeadSize: 128 },
  kvBytesPerToken: 2 * 576,
  convertedPerToken: 0,
};
const LLAMA_3_8B = {
  queryHeads: 32,
  kvHeads: 8,
  headSize: 128,
  kvBytesPerToken: 2 * 2 * 8 * 128,
  convertedPerToken: 0,
};

function mixedSeconds(
  kernel: AttentionKernel,
  chunkTokens: number,
  chunkContext: number,
  decodeContext: number,
) {
  const work = new AttentionWork();
  work.addChunk(chunkTokens, chunkContext, Infinity, kernel);
  work.decodeSequences = decodeContext > 0 ? 32 : 0;
  work.decodeContextTokens = decodeContext;
  const charges = new Float64Array(CHARGE_COUNT);
  return { seconds: kernel.mixed(work, 1, charges, new SpareTime()), charges };
}

describe("attention on arrays and trees", () => {
  test("never beats the peak of the unit it runs on", () => {
    fc.assert(
      fc.property(design, heads, (device, shape) => {
        const macs = shape.queryHeads * (shape.scoreWidth + shape.valueWidth);
        expect(prefillPairRate(device, shape).seconds * arrayMacs(device)).toBeGreaterThanOrEqual(macs);
        expect(
          decodeArrayRate(device, shape).seconds * arrayMacs(device) * (1 + ROUNDING),
        ).toBeGreaterThanOrEqual(macs);
        const { macTree: tree, cores, clockHertz } = device;
        if (tree.treesPerCore === 0) return;
        const treeMacs = cores * tree.treesPerCore * tree.width * tree.reuse * clockHertz;
        expect(decodeTreeSeconds(device, shape) * treeMacs * (1 + ROUNDING)).toBeGreaterThanOrEqual(macs);
      }),
      { numRuns: 500 },
    );
  });

  test("is never slowed by twice as much of any resource, nor made to read its keys again sooner", () => {
    fc.assert(
      fc.property(design, heads, (device, shape) => {
        for (const [name, twice] of Object.entries(DOUBLED)) {
          const more = twice(device);
          const before = prefillPairRate(device, shape).seconds * (1 + ROUNDING);
          expect(prefillPairRate(more, shape).seconds, name).toBeLessThanOrEqual(before);
          expect(decodeArrayRate(more, shape).seconds, name).toBeLessThanOrEqual(
            decodeArrayRate(device, shape).seconds,
          );
          expect(decodeTreeSeconds(more, shape), name).toBeLessThanOrEqual(decodeTreeSeconds(device, shape));
          expect(tokensPerPass(more, shape), name).toBeGreaterThanOrEqual(tokensPerPass(device, shape));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("the recollected ADOR design", () => {
  const energy = energyConstants(ADOR_RECALLED);
  const grouped = hdaAttention(ADOR_RECALLED, energy, LLAMA_3_8B);
  const latent = hdaLatentAttention(ADOR_RECALLED, energy, { ...LATENT, queryHeads: 128 });
  const decodeCharge = (kernel: AttentionKernel, unit: "sa" | "mac_tree") =>
    kernel.decodeRates[CHARGE_COUNT + RESOURCE_INDEX[unit]]!;

  test("decodes grouped heads on its trees and latent ones, which all share a cache, on its arrays", () => {
    expect(decodeCharge(grouped, "mac_tree")).toBeGreaterThan(0);
    expect(decodeCharge(grouped, "sa")).toBe(0);
    expect(decodeCharge(latent, "sa")).toBeGreaterThan(0);
    expect(decodeCharge(latent, "mac_tree")).toBe(0);
  });

  test("streams keys and values at the rate of its memory while it decodes grouped heads", () => {
    const seconds = decodeLineSeconds(grouped.decodeLines(64), 1e6) - ADOR_RECALLED.overheads.launchSeconds;
    expect(seconds).toBeCloseTo((1e6 * LLAMA_3_8B.kvBytesPerToken) / 1.8e12, 12);
  });

  test("reads one latent per token however many heads there are, so that few heads are bound by memory", () => {
    const few = hdaLatentAttention(ADOR_RECALLED, energy, { ...LATENT, queryHeads: 8 });
    const perToken = few.decodeRates[CHARGE_COUNT + RESOURCE_INDEX.dram]!;
    expect(perToken).toBe(latent.decodeRates[CHARGE_COUNT + RESOURCE_INDEX.dram]!);
    expect(perToken).toBeCloseTo(1152 / 1.8e12, 18);
    const slope = few.decodeLines(1)[1]!;
    expect(slope).toBe(perToken);
    expect(latent.decodeLines(1)[1]!).toBeGreaterThan(perToken);
  });

  test("runs prefill of a mixed step beside its decode, and one after the other when told so", () => {
    const concurrency = { ...ADOR_RECALLED.concurrency, arraysBesideTrees: false };
    // Memory out of the way, so that units decide.
    const memory = { ...ADOR_RECALLED.memory, bytesPerSecond: 1e14 };
    const noc = { ...ADOR_RECALLED.noc, bytesPerCyclePerPort: 1e5 };
    const wide = { ...ADOR_RECALLED, memory, noc, globalSramBytesPerSecond: 1e14 };
    const together = mixedSeconds(hdaAttention(wide, energy, LLAMA_3_8B), 1024, 0, 60_000);
    const apart = mixedSeconds(hdaAttention({ ...wide, concurrency }, energy, LLAMA_3_8B), 1024, 0, 60_000);
    expect(together.charges[RESOURCE_INDEX.sa]).toBeGreaterThan(0);
    expect(together.charges[RESOURCE_INDEX.mac_tree]).toBeGreaterThan(0);
    expect(apart.seconds).toBeGreaterThan(1.2 * together.seconds);
  });

  test("expands cached latents for every chunk that reads them, new ones being a product of the layer", () => {
    const first = mixedSeconds(latent, 512, 0, 0).charges[RESOURCE_INDEX.sa]!;
    const pairs = 512 * 4096;
    const later = mixedSeconds(latent, 512, 4096, 0).charges[RESOURCE_INDEX.sa]!;
    const shape = { queryHeads: 128, kvHeads: 128, scoreWidth: 192, valueWidth: 128 };
    const attention = pairs * prefillPairRate(ADOR_RECALLED, shape).seconds;
    // Beside the drains of folds 512 deep; at the peak of the arrays, 128 heads of 128 + 128 from a rank of 512 for 4096 tokens.
    const expansion = (4096 * 512 * 128 * 256) / arrayMacs(ADOR_RECALLED);
    expect((later - first - attention) / expansion).toBeGreaterThan(1.05);
    expect((later - first - attention) / expansion).toBeLessThan(1.6);
  });

  test("loses part of its peak in prefill attention to drains and to what its local memory feeds", () => {
    const shape = { queryHeads: 32, kvHeads: 8, scoreWidth: 128, valueWidth: 128 };
    const ideal = (32 * 256) / arrayMacs(ADOR_RECALLED);
    const share = ideal / prefillPairRate(ADOR_RECALLED, shape).seconds;
    expect(share).toBeGreaterThan(0.65);
    expect(share).toBeLessThan(0.95);
  });
});
