import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEVICES, findDevice } from "../../src/hardware/catalog.ts";
import { replaying, underSustainedLoad, withoutGraphGaps } from "../../src/hardware/conditions.ts";
import type { GpuDevice } from "../../src/hardware/device.ts";
import { energyConstants } from "../../src/hardware/energy.ts";
import { gpuAttention } from "../../src/perf/gpu/gpu-attention.ts";
import { gpuCollectiveSeconds } from "../../src/perf/gpu/gpu-collectives.ts";
import { gpuExperts } from "../../src/perf/gpu/gpu-experts.ts";
import { GpuProductModel } from "../../src/perf/gpu/matrix-product.ts";
import { overlapped, spilledShare } from "../../src/perf/gpu/overlap.ts";
import { LINE_FIELDS } from "../../src/perf/machine.ts";
import type { Experts } from "../../src/perf/operators.ts";

const GPUS = DEVICES.filter((device) => device.kind === "gpu");
const gpu = fc.constantFrom(...GPUS);
const A100 = findDevice("a100-80gb") as GpuDevice;
const H100 = findDevice("h100") as GpuDevice;
const L40S = findDevice("l40s") as GpuDevice;
const size = fc.integer({ min: 1, max: 20_000 });

const secondsOf = (device: GpuDevice, m: number, n: number, k: number) =>
  new GpuProductModel(device, 1).seconds(m, n, k, 2, 2);

describe("a matrix product", () => {
  test("is never above its roofline, in 16 bits or 8", () => {
    fc.assert(
      fc.property(gpu, size, size, size, fc.boolean(), (device, m, n, k, isEightBit) => {
        const bytes = isEightBit ? 1 : 2;
        const speedup = isEightBit ? device.eightBitSpeedup : 1;
        const seconds = new GpuProductModel(device, speedup).seconds(m, n, k, bytes, bytes);
        expect(seconds).toBeGreaterThan((2 * m * n * k) / (device.tensorFlopsPerSecond * speedup));
        expect(seconds).toBeGreaterThan((bytes * (n * k + m * (n + k))) / device.memory.bytesPerSecond);
      }),
    );
  });

  test("with a column more than its tiles hold takes another wave on an A100", () => {
    // 108 multiprocessors, and a k that is not worth cutting: 108 tiles of 128 × 256 fill one wave.
    const full = secondsOf(A100, 128 * 12, 256 * 9, 65_536);
    const over = secondsOf(A100, 128 * 12, 256 * 9 + 64, 65_536);
    expect(over / full).toBeGreaterThan(1.05);
  });

  test("of few rows takes as long as its weights take to arrive", () => {
    const [n, k] = [16_384, 16_384];
    for (const device of [A100, H100, L40S]) {
      const rate = device.memory.bytesPerSecond * device.kernels.matrixMemoryEfficiency;
      const stream = (2 * n * k) / rate;
      expect(secondsOf(device, 8, n, k) / stream).toBeGreaterThan(1);
      expect(secondsOf(device, 8, n, k) / stream).toBeLessThan(1.08);
    }
  });
});

describe("work that overlaps", () => {
  test("takes no less than the longer part and no more than a fifth above it", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, b) => {
          const longer = Math.max(a, b);
          expect(overlapped(a, b)).toBeGreaterThanOrEqual(longer);
          expect(overlapped(a, b)).toBeLessThanOrEqual(longer * 2 ** 0.25 * (1 + 1e-15));
          expect(overlapped(b, a)).toBe(overlapped(a, b));
        },
      ),
    );
  });

  test("spills nothing of what is small beside the L2 and all of what is larger", () => {
    expect([0, 0.5, 1.3].map((share) => spilledShare(share * 1e7, 1e7))).toEqual([0, 0, 1]);
    expect(spilledShare(0.9e7, 1e7)).toBeCloseTo(0.5, 12);
  });
});

describe("decode attention", () => {
  const heads = {
    queryHeads: 8,
    kvHeads: 8,
    headSize: 128,
    kvBytesPerToken: 4 * 8 * 128,
    convertedPerToken: 0,
  };

  test("has lines that never fall, over context or sequences", () => {
    fc.assert(
      fc.property(gpu, fc.integer({ min: 1, max: 512 }), (device, sequences) => {
        const kernel = gpuAttention(device, energyConstants(device), heads);
        const [few, more] = [kernel.decodeLines(sequences), kernel.decodeLines(sequences + 1)];
        for (let at = 0; at < few.length; at += LINE_FIELDS) {
          expect(few[at + 1]).toBeGreaterThanOrEqual(0);
          expect(more[at]).toBeGreaterThanOrEqual(few[at]!);
        }
      }),
    );
  });

  test("without query groups walks a long context with one block a head on an A100, as FlashAttention 2 does", () => {
    // ai-dynamo/aiconfigurator: 8 query and 8 KV heads, one sequence of 131,072 tokens: 3016 µs, 9 % of the bandwidth.
    const lines = gpuAttention(A100, energyConstants(A100), heads).decodeLines(1);
    let seconds = 0;
    for (let at = 0; at < lines.length; at += LINE_FIELDS)
      seconds = Math.max(seconds, lines[at]! + lines[at + 1]! * 131_072);
    expect(seconds).toBeGreaterThan(0.95 * 3016e-6);
    expect(seconds).toBeLessThan(1.05 * 3016e-6);
  });
});

describe("collectives among GPUs", () => {
  const kind = fc.constantFrom(
    "all-reduce" as const,
    "all-gather" as const,
    "all-to-all" as const,
    "send" as const,
  );

  test("never get faster with more bytes, and never beat the links", () => {
    fc.assert(
      fc.property(
        gpu,
        kind,
        fc.constantFrom(2, 4, 8),
        fc.double({ min: 1, max: 1e9, noNaN: true }),
        fc.double({ min: 1, max: 4, noNaN: true }),
        ({ links }, drawn, devices, bytes, factor) => {
          const seconds = gpuCollectiveSeconds(links, drawn, devices, bytes);
          // Beyond 8 MiB engines change to another library, which is slower for a while.
          expect(gpuCollectiveSeconds(links, drawn, devices, bytes * factor)).toBeGreaterThanOrEqual(seconds);
          const share = drawn === "send" ? 1 : ((drawn === "all-reduce" ? 2 : 1) * (devices - 1)) / devices;
          expect(seconds).toBeGreaterThan((share * bytes) / links.bytesPerSecond);
        },
      ),
    );
  });

  test.each([
    // ai-dynamo/aiconfigurator comm tables, vLLM in CUDA graphs or NCCL, whichever is faster: µs.
    [A100, 2, 2 ** 20, 10.7],
    [A100, 8, 2 ** 16, 8.4],
    [A100, 8, 2 ** 20, 21.7],
    [A100, 8, 2 ** 26, 594],
    [H100, 4, 2 ** 18, 7.1],
    [H100, 4, 2 ** 22, 30.5],
    [H100, 4, 2 ** 26, 322],
    [L40S, 2, 2 ** 20, 60.2],
    [L40S, 8, 2 ** 16, 72.9],
  ])("an all-reduce takes about what was measured (case %#)", ({ links }, devices, bytes, microseconds) => {
    const seconds = gpuCollectiveSeconds(links, "all-reduce", devices, bytes);
    expect(Math.abs((seconds * 1e6) / microseconds - 1)).toBeLessThan(0.13);
  });
});

describe("a layer of experts", () => {
  const layer: Experts = {
    ...{ kind: "experts", name: "experts", count: 1, hiddenSize: 2048, intermediateSize: 768, gated: true },
    ...{ experts: 128, expertsPerToken: 8, expertParallel: 1, skew: { kind: "balanced" } },
    ...{ weightBytes: 2, activationBytes: 2, dequantised: false },
  };

  test("reads the experts that have tokens once, and gets slower with every token", () => {
    const expertBytes = 2 * 3 * 2048 * 768;
    const rate = H100.memory.bytesPerSecond;
    let before = 0;
    for (const tokens of [1, 2, 4, 8, 16, 64, 512, 4096]) {
      const { seconds } = gpuExperts(H100, layer, tokens, 1);
      expect(seconds).toBeGreaterThan((Math.min(128, 8 * tokens) * expertBytes) / rate);
      expect(seconds).toBeGreaterThan(before);
      before = seconds;
    }
  });
});

describe("measurement conditions", () => {
  test("sustained load slows large products down and speeds none up", () => {
    for (const device of GPUS) {
      const sustained = underSustainedLoad(device);
      expect(secondsOf(sustained, 8192, 8192, 8192)).toBeGreaterThanOrEqual(
        secondsOf(device, 8192, 8192, 8192),
      );
    }
    expect(secondsOf(underSustainedLoad(A100), 8192, 8192, 8192)).toBeGreaterThan(
      1.15 * secondsOf(A100, 8192, 8192, 8192),
    );
  });

  test("a profiler does not see the gaps of a graph", () => {
    const gap = secondsOf(A100, 64, 4096, 4096) - secondsOf(withoutGraphGaps(A100), 64, 4096, 4096);
    expect(gap).toBeCloseTo(0.9e-6, 12);
  });

  test("only what fits into the L2 is read from there", () => {
    expect(replaying(L40S, 200e6)).toBe(L40S);
    expect(secondsOf(replaying(L40S, 30e6), 16, 2048, 2048)).toBeLessThan(secondsOf(L40S, 16, 2048, 2048));
  });
});
