import fc from "fast-check";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { DEVICES, findDevice } from "../../src/hardware/catalog.ts";
import type { HdaDevice } from "../../src/hardware/device.ts";
import { findModel } from "../../src/models/catalog.ts";
import { SINGLE_DEVICE } from "../../src/models/parallelism.ts";
import { BF16, precisionOf } from "../../src/models/precision.ts";
import { energyConstants } from "../../src/hardware/energy.ts";
import { machineOf } from "../../src/perf/compile.ts";
import type { OperatorCost } from "../../src/perf/step-cost.ts";
import { explainBatch, type ExplainedBatch, type StepExplanation } from "../../src/perf/step-explanation.ts";
import { explanationCsv } from "../../src/report/explain/explanation-csv.ts";
import { explanationJsonOf } from "../../src/report/explain/explanation-json.ts";
import { explanationScreen } from "../../src/report/explain/explanation-screen.ts";
import { freePlace, type Box, type Circle } from "../../src/report/explain/label-places.ts";
import { rooflinePage } from "../../src/report/explain/roofline-page.ts";
import { rooflinePicture } from "../../src/report/explain/roofline-picture.ts";
import { rooflinePlot } from "../../src/report/explain/roofline-plot.ts";
import { totalsOf } from "../../src/report/explain/totals.ts";
import { verdict } from "../../src/report/explain/verdict.ts";

const DECODE: ExplainedBatch = {
  ...{ decodeSequences: 64, contextTokens: 1024 },
  ...{ promptTokens: 0, cachedTokens: 0 },
};
const PREFILL: ExplainedBatch = {
  ...{ decodeSequences: 0, contextTokens: 0 },
  ...{ promptTokens: 2048, cachedTokens: 0 },
};

function explain(model: string, device: string, batch: ExplainedBatch, tensorParallel = 1): StepExplanation {
  const parallelism = { ...SINGLE_DEVICE, tensorParallel };
  return explainBatch(
    { model: findModel(model), device: findDevice(device), parallelism, precision: BF16 },
    batch,
  );
}

const explanation: fc.Arbitrary<StepExplanation> = fc
  .record({
    model: fc.constantFrom(
      "llama-3.1-8b",
      "gemma-3-27b",
      "mixtral-8x7b",
      "deepseek-v2-lite",
      "qwen3-next-80b-a3b",
    ),
    device: fc.constantFrom(...DEVICES),
    tensorParallel: fc.constantFrom(1, 2),
    precision: fc.constantFrom(BF16, precisionOf({ weights: "int4", kv: "fp8" })),
    decodeSequences: fc.integer({ min: 0, max: 300 }),
    contextTokens: fc.integer({ min: 1, max: 8000 }),
    promptTokens: fc.integer({ min: 0, max: 3000 }),
    cachedTokens: fc.integer({ min: 0, max: 3000 }),
  })
  .filter(({ decodeSequences, promptTokens }) => decodeSequences + promptTokens > 0)
  .map(({ model, device, tensorParallel, precision, ...batch }) =>
    explainBatch(
      { model: findModel(model), device, parallelism: { ...SINGLE_DEVICE, tensorParallel }, precision },
      batch,
    ),
  );
const RUNS = { numRuns: 40 };

/** Equal up to rounding; sums of terms of one sign. */
function expectClose(found: number, expected: number): void {
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(expected), 1e-12));
}

const rowOf = ({ operators }: StepExplanation, name: string): OperatorCost =>
  operators.find(({ operator }) => operator === name)!;

describe("an explained step", () => {
  test("tells as memory traffic what the memory is busy with, and computes within the peak", () => {
    fc.assert(
      fc.property(explanation, (explained) => {
        const { request, operators } = explained;
        const { streamBytesPerSecond } = machineOf(request.device, 1, request.precision);
        for (const row of operators) {
          expectClose(row.dramBytes, row.busySeconds.dram * streamBytesPerSecond);
          for (const utilization of [row.boundUtilization ?? 0, row.peakUtilization ?? 0]) {
            expect(utilization).toBeGreaterThanOrEqual(0);
            expect(utilization).toBeLessThanOrEqual(1 + 1e-9);
          }
        }
      }),
      RUNS,
    );
  });

  test("sends over the links what keeps them busy", () => {
    fc.assert(
      fc.property(explanation, ({ request, operators }) => {
        const { links, kind } = request.device;
        const bytesPerSecond = links.bytesPerSecond * (kind === "hda" ? links.efficiency : 1);
        for (const row of operators) expectClose(row.linkBytes, row.busySeconds.p2p * bytesPerSecond);
      }),
      RUNS,
    );
  });

  // Llama-3.1-8B: 32 layers, hidden 4096, 8 KV heads of 128, two bytes an element.
  test("of 64 sequences at context 1,024 reads 8 GiB of keys and values and 1.5 GiB of weights of QKV", () => {
    for (const device of ["ador-recalled", "llmcompass-latency"]) {
      const explained = explain("llama-3.1-8b", device, DECODE);
      expectClose(rowOf(explained, "attention").dramBytes, 64 * 1024 * 32 * 2 * 8 * 128 * 2);
      expectClose(rowOf(explained, "attention").flops, 64 * 1024 * 32 * 4 * 32 * 128);
      expectClose(rowOf(explained, "qkv_proj").dramBytes, 32 * 4096 * (4096 + 2 * 1024) * 2);
      expect(rowOf(explained, "qkv_proj").networkBytes).toBeGreaterThan(
        rowOf(explained, "qkv_proj").dramBytes,
      );
    }
  });

  test("spends on an HDA's vector work and attention the energy of the bytes and operations that it tells", () => {
    const device = findDevice("ador-recalled") as HdaDevice;
    const energy = energyConstants(device);
    const explained = explain("llama-3.1-8b", device.name, DECODE);
    for (const name of ["attention_norm", "rope", "kv_write", "sampling"]) {
      const row = rowOf(explained, name);
      const joules =
        row.flops * energy.perVectorFlop +
        row.localBytes * energy.perLocalByte +
        row.dramBytes * energy.perDramByte;
      expectClose(row.joules, joules);
    }
    const bytesJoules = (row: OperatorCost) =>
      row.dramBytes * energy.perDramByte +
      row.networkBytes * energy.perNocByte +
      row.localBytes * energy.perLocalByte;
    // Masked halves of the tiles on the diagonal and the softmax are all that is left of prefill attention.
    const attention = rowOf(explain("llama-3.1-8b", device.name, PREFILL), "attention");
    const attentionJoules = attention.flops * energy.perArrayFlop + bytesJoules(attention);
    expect(attention.joules).toBeGreaterThan(attentionJoules);
    expect(attention.joules).toBeLessThan(1.3 * attentionJoules);
    // Products use arrays and trees, and move operands and sums over more hops than those of the mean path.
    for (const name of ["qkv_proj", "mlp_up", "lm_head"]) {
      const row = rowOf(explained, name);
      const least = bytesJoules(row) + row.flops * Math.min(energy.perArrayFlop, energy.perTreeFlop);
      expect(row.joules).toBeGreaterThan(least);
      expect(row.joules).toBeLessThan(2 * least);
    }
  });

  test("names unit, dataflow, cut and tile of every product of an HDA", () => {
    const explained = explain("llama-3.1-8b", "ador-recalled", PREFILL);
    for (const name of ["qkv_proj", "o_proj", "mlp_up", "mlp_down"]) {
      const row = rowOf(explained, name);
      expect(row.unit).toMatch(/^(sa|mac_tree|sa\+mac_tree)$/);
      expect(row.dataflow).toMatch(/^(output|weight|input)-stationary$/);
      const [parts, tile] = [row.partition!, row.tile!].map((text) => text.match(/\d+/g)!.map(Number));
      expect(parts![0]! * parts![1]! * parts![2]!).toBeLessThanOrEqual(32);
      expect(tile![0]).toBeLessThanOrEqual(2048);
    }
    expect(rowOf(explained, "attention").unit).toBe("sa");
    expect(rowOf(explain("llama-3.1-8b", "ador-recalled", DECODE), "attention").unit).toBe("mac_tree");
    expect(rowOf(explain("deepseek-v2-lite", "ador-recalled", DECODE), "attention")).toMatchObject({
      dataflow: expect.stringMatching(/stationary/),
    });
  });

  test("names tile and waves of every product of a GPU", () => {
    const explained = explain("llama-3.1-8b", "a100-80gb", { ...PREFILL, promptTokens: 2000 });
    // 2000 × 28672 outputs in tiles of 128 × 256 are 16 × 112 tiles: 17 waves on the 108 multiprocessors of an A100.
    const { partition, tile, networkBytes, dramBytes } = rowOf(explained, "mlp_up");
    const [m, k, n, waves] = partition!.match(/\d+/g)!.map(Number);
    const [tileRows, , tileColumns] = tile!.match(/\d+/g)!.map(Number);
    expect(m! * tileRows!).toBeGreaterThanOrEqual(2000);
    expect((m! - 1) * tileRows!).toBeLessThan(2000);
    expect(n! * tileColumns!).toBeGreaterThanOrEqual(28_672);
    expect(waves).toBe(Math.ceil((m! * k! * n!) / 108));
    expectClose(networkBytes, dramBytes);
  });

  test("of an MoE model reads in its experts the weights of all that have work", () => {
    // Mixtral: 8 experts of 3 x 4096 x 14336, all of them with work at 64 tokens; 32 layers.
    const row = rowOf(explain("mixtral-8x7b", "ador-recalled", DECODE), "experts");
    const weights = 32 * 8 * 3 * 4096 * 14336 * 2;
    expect(row.dramBytes).toBeGreaterThan(0.999 * weights);
    expect(row.dramBytes).toBeLessThanOrEqual(1.001 * weights);
    expect(row.networkBytes).toBeGreaterThan(row.dramBytes);
    expect(row.localBytes).toBeGreaterThan(0);
  });
});

describe("the totals", () => {
  test("are the sums of the rows of explain.csv, and the time is that of the step", () => {
    fc.assert(
      fc.property(explanation, (explained) => {
        const rows: Record<string, string>[] = parse(explanationCsv(explained), { columns: true });
        const sum = (name: string) => rows.reduce((total, row) => total + Number(row[name]), 0);
        const totals = totalsOf(explained);
        expect(rows).toHaveLength(explained.operators.length);
        expectClose(sum("time_s"), explained.seconds);
        expectClose(sum("share"), 1);
        expectClose(sum("flops"), totals.flops);
        expectClose(sum("dram_bytes"), totals.dramBytes);
        expectClose(sum("network_bytes"), totals.networkBytes);
        expectClose(sum("local_bytes"), totals.localBytes);
        expectClose(sum("link_bytes"), totals.linkBytes);
        expectClose(sum("dram_s"), totals.busySeconds.dram);
        expectClose(sum("energy_j"), totals.joules);
        expect(explained.seconds).toBeGreaterThanOrEqual(explained.rooflineSeconds);
      }),
      RUNS,
    );
  });

  test("stand in the JSON answer beside the rows, with nothing lost on the way", () => {
    const explained = explain("llama-3.1-8b", "ador-recalled", DECODE, 2);
    const answer = JSON.parse(JSON.stringify(explanationJsonOf(explained))) as {
      devices: number;
      seconds: number;
      total: Record<string, number>;
      operators: Record<string, unknown>[];
    };
    expect(answer).toMatchObject({ devices: 2, seconds: explained.seconds, verdict: verdict(explained) });
    expect(answer.operators.map(({ operator }) => operator)).toEqual(
      explained.operators.map(({ operator }) => operator),
    );
    expect(answer.total["dram_bytes"]).toBe(totalsOf(explained).dramBytes);
    expect(answer.operators[3]).toMatchObject({ busy_seconds: { dram: expect.any(Number) } });
  });
});

describe("the verdict", () => {
  test("of a decode step is memory bandwidth, of a prefill the arrays, with the share that its rows give", () => {
    for (const [batch, bound, words] of [
      [DECODE, "dram", "memory bandwidth"],
      [PREFILL, "sa", "the systolic arrays"],
    ] as const) {
      const explained = explain("llama-3.1-8b", "llmcompass-latency", batch);
      const share =
        explained.operators.reduce((sum, row) => sum + (row.bound === bound ? row.seconds : 0), 0) /
        explained.seconds;
      expect(verdict(explained)).toContain(
        `is bound by ${words} for ${(100 * share).toFixed(1)} % of the time`,
      );
    }
  });

  test("says what the step does and how long it takes", () => {
    const text = verdict(
      explain("llama-3.1-8b", "h100", { ...DECODE, promptTokens: 512, cachedTokens: 100 }),
    );
    expect(text).toMatch(
      /^Decode of 64 sequences at context 1,024 beside prefill of 512 tokens after 100 cached ones takes [\d.]+ ms/,
    );
    expect(text.match(/\.(?:\s|$)/g)).toHaveLength(1);
  });
});

describe("the roofline", () => {
  test("has no dot above its roofs, and leaves out only what it names or what takes no time", () => {
    fc.assert(
      fc.property(explanation, (explained) => {
        const { dots, roofs, bytesPerSecond, intensities, rates, undrawn } = rooflinePlot(explained);
        for (const { intensity, flopsPerSecond } of dots) {
          const roof = Math.min(roofs[0]!.flopsPerSecond, intensity * bytesPerSecond);
          expect(flopsPerSecond).toBeLessThanOrEqual(roof * (1 + 1e-9));
          expect(intensity).toBeGreaterThan(intensities.low);
          expect(intensity).toBeLessThan(intensities.high);
          expect(flopsPerSecond).toBeGreaterThan(rates.low);
        }
        const seconds = [...dots.map(({ row }) => row), ...undrawn].reduce(
          (sum, row) => sum + row.seconds,
          0,
        );
        expectClose(seconds, explained.seconds);
      }),
      RUNS,
    );
  });

  test("bends where peak arithmetic and peak bandwidth meet: 989 TFLOPS over 3.35 TB/s of an H100", () => {
    const { roofs, bytesPerSecond } = rooflinePlot(explain("llama-3.1-8b", "h100", DECODE));
    expect(bytesPerSecond).toBeCloseTo(3.35e12, -10);
    expect(roofs[0]!.ridge).toBeCloseTo(295, 0);
    expect(roofs.map(({ unit }) => unit)).toEqual(["tensor cores", "vector units"]);
  });

  test("is a picture and a page that ask for no other file and hold only finite numbers", () => {
    fc.assert(
      fc.property(explanation, (explained) => {
        for (const text of [rooflinePicture(explained), rooflinePage(explained)]) {
          expect(text).not.toMatch(/NaN|Infinity|undefined|\[object/);
          expect(text.replace("http://www.w3.org/2000/svg", "")).not.toMatch(
            /https?:|<link rel="stylesheet"|src=/,
          );
          expect(text).toContain(rooflinePlot(explained).roofs[0]!.unit);
        }
        const dots = rooflinePlot(explained).dots.length;
        expect(rooflinePicture(explained).match(/<title>[^<]*of the step/g) ?? []).toHaveLength(dots);
      }),
      { numRuns: 15 },
    );
  });

  test("shows names as text, whatever they hold", () => {
    const explained = explain("llama-3.1-8b", "h100", DECODE);
    const model = { ...explained.request.model, name: "<script>alert(1)</script>" };
    const hostile = { ...explained, request: { ...explained.request, model } };
    for (const text of [rooflinePicture(hostile), rooflinePage(hostile)]) {
      expect(text).not.toContain("<script>alert");
      expect(text).toContain("&lt;script&gt;");
    }
  });
});

test("a label is placed where it covers nothing, or nowhere", () => {
  const coordinate = fc.double({ min: 0, max: 300, noNaN: true });
  const length = fc.double({ min: 1, max: 120, noNaN: true });
  const box: fc.Arbitrary<Box> = fc.record({ x: coordinate, y: coordinate, width: length, height: length });
  const circle: fc.Arbitrary<Circle> = fc.record({ x: coordinate, y: coordinate, radius: length });
  const bounds: Box = { x: 0, y: 0, width: 300, height: 300 };
  fc.assert(
    fc.property(
      fc.record({ x: coordinate, y: coordinate, radius: fc.constant(10), width: length, height: length }),
      fc.array(circle, { maxLength: 4 }),
      fc.array(box, { maxLength: 4 }),
      (label, circles, taken) => {
        const place = freePlace(label, circles, taken, bounds);
        if (place === undefined) return;
        const covers = (x: number, y: number) =>
          x > place.x && x < place.x + place.width && y > place.y && y < place.y + place.height;
        const outside = (value: number, from: number, size: number) =>
          Math.max(from - value, 0, value - from - size);
        for (const { x, y, radius } of circles) {
          const distance = Math.hypot(outside(x, place.x, place.width), outside(y, place.y, place.height));
          expect(distance).toBeGreaterThanOrEqual(radius - 1e-9);
        }
        for (const { x, y, width, height } of taken)
          expect(covers(x + width / 2, y + height / 2)).toBe(false);
        expect(Math.min(place.x, place.y)).toBeGreaterThanOrEqual(0);
        expect(place.x + place.width).toBeLessThanOrEqual(300.001);
      },
    ),
  );
  expect(freePlace({ x: 50, y: 50, radius: 5, width: 40, height: 10 }, [], [], bounds)).toBeDefined();
  expect(freePlace({ x: 50, y: 50, radius: 5, width: 400, height: 10 }, [], [], bounds)).toBeUndefined();
});

test("the terminal shows each operator in both tables, a line for the step, then the verdict", () => {
  const explained = explain("llama-3.1-8b", "ador-recalled", DECODE);
  const plain = (text: string) => text;
  const lines = explanationScreen(explained, { bold: plain, dim: plain, good: plain }).split("\n");
  for (const { operator } of explained.operators) {
    expect(lines.filter((line) => line.startsWith(`${operator} `))).toHaveLength(2);
  }
  expect(lines.filter((line) => line.startsWith("step "))).toHaveLength(2);
  expect(lines).toContain(verdict(explained));
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(200);
});
