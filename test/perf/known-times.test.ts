import { describe, expect, test } from "vitest";
import { findDevice } from "../../src/hardware/catalog.ts";
import type { Device, HdaDevice } from "../../src/hardware/device.ts";
import { idleWatts } from "../../src/hardware/power.ts";
import { findModel } from "../../src/models/catalog.ts";
import { BF16 } from "../../src/models/llm-model.ts";
import { SINGLE_DEVICE } from "../../src/models/parallelism.ts";
import { compileStepCost } from "../../src/perf/compile.ts";
import { ENERGY_CHARGE, RESOURCES, type Resource } from "../../src/perf/step-cost.ts";
import { shapeOf, type Batch } from "./arbitraries.ts";

function run(modelName: string, device: string | Device, drawn: Batch, tensorParallel = 1) {
  const cost = compileStepCost({
    model: findModel(modelName),
    device: typeof device === "string" ? findDevice(device) : device,
    parallelism: { ...SINGLE_DEVICE, tensorParallel },
    precision: BF16,
  });
  const use = cost.openUse();
  const shape = shapeOf(cost, drawn);
  const seconds = cost.step(shape, use);
  const charges = cost.charges(use);
  const utilization = (name: Resource) => charges[RESOURCES.indexOf(name)]! / seconds;
  return { seconds, utilization, joules: charges[ENERGY_CHARGE]!, rows: cost.explain(shape) };
}

const decode = (sequences: number, context: number): Batch => {
  return { contexts: Array.from({ length: sequences }, () => context), chunks: [] };
};
const prefill = (tokens: number): Batch => ({ contexts: [], chunks: [[tokens, 0]] });
const mixed: Batch = { ...decode(64, 1024), chunks: [[448, 0]] };
const ADOR = findDevice("ador-recalled") as HdaDevice;

describe("an A100 with 80 GB", () => {
  test("decodes one sequence of Llama-3.1-8B in 10 to 13 ms: 15 GB of weights at about 1.5 TB/s, and launches", () => {
    const { seconds, utilization } = run("llama-3.1-8b", "a100-80gb", decode(1, 1024));
    expect(seconds).toBeGreaterThan(10e-3);
    expect(seconds).toBeLessThan(13e-3);
    expect(utilization("dram")).toBeGreaterThan(0.75);
    expect(utilization("sa")).toBeLessThan(0.15);
  });

  test("with twice the memory bandwidth decodes in two thirds of the time at most", () => {
    const device = findDevice("a100-80gb");
    const twice = {
      ...device,
      memory: { ...device.memory, bytesPerSecond: 2 * device.memory.bytesPerSecond },
    };
    const before = run("llama-3.1-8b", device, decode(1, 1024)).seconds;
    expect(run("llama-3.1-8b", twice, decode(1, 1024)).seconds).toBeLessThan(0.67 * before);
  });

  test("prefills 2048 tokens of it in 110 to 160 ms, near its TDP", () => {
    const { seconds, joules, utilization } = run("llama-3.1-8b", "a100-80gb", prefill(2048));
    expect(seconds).toBeGreaterThan(0.11);
    expect(seconds).toBeLessThan(0.16);
    expect(utilization("sa")).toBeGreaterThan(0.75);
    const watts = joules / seconds + idleWatts(findDevice("a100-80gb"));
    expect(watts).toBeGreaterThan(300);
    expect(watts).toBeLessThan(420);
  });

  test("decodes Llama-2-70B on two devices at the power that was measured, 0.73 of TDP", () => {
    // Mutinifni/splitwise-sim:data/perf_model.csv: batch 1 to 4, average over devices; its host keeps them idle for
    // a third of the time, so busy steps draw more than the average.
    const { seconds, joules } = run("llama-2-70b", "a100-80gb", decode(4, 1024), 2);
    const watts = joules / seconds / 2 + idleWatts(findDevice("a100-80gb"));
    expect(watts / 400).toBeGreaterThan(0.65);
    expect(watts / 400).toBeLessThan(0.95);
  });
});

describe("the recollected ADOR design", () => {
  test("streams weights at its memory's 1.8 TB/s while one sequence decodes, on its MAC trees", () => {
    const { seconds, utilization } = run("llama-3.1-8b", ADOR, decode(1, 1024));
    const weightBytes = 2 * (8.03e9 - 128256 * 4096);
    expect(seconds).toBeGreaterThan(weightBytes / 1.8e12);
    expect(seconds).toBeLessThan(1.06 * (weightBytes / 1.8e12));
    expect(utilization("mac_tree")).toBeGreaterThan(0.03);
    expect(utilization("sa")).toBe(0);
  });

  test("runs prefill on arrays and decode on trees at the same time in a mixed step", () => {
    const { rows, seconds } = run("llama-3.1-8b", ADOR, mixed);
    const attention = rows.find(({ operator }) => operator === "attention")!;
    expect(attention.unit).toBe("sa+mac_tree");
    const apart =
      run("llama-3.1-8b", ADOR, decode(64, 1024)).seconds + run("llama-3.1-8b", ADOR, prefill(448)).seconds;
    expect(seconds).toBeLessThan(0.8 * apart);
  });

  test("gains from its trees in a mixed step whose rows overflow the folds of its arrays", () => {
    // 520 tokens are eight folds of 64 rows and eight rows more.
    const overflowing: Batch = { ...decode(64, 1024), chunks: [[456, 0]] };
    const without = { ...ADOR, macTree: { ...ADOR.macTree, treesPerCore: 0 } };
    const both = run("llama-3.1-8b", ADOR, overflowing).seconds;
    expect(run("llama-3.1-8b", without, overflowing).seconds).toBeGreaterThan(1.05 * both);
    const concurrency = { ...ADOR.concurrency, arraysBesideTrees: false };
    expect(run("llama-3.1-8b", { ...ADOR, concurrency }, overflowing).seconds).toBeGreaterThan(1.05 * both);
  });

  test("hides a transfer behind the product before it, up to the latency", () => {
    const fast = { ...ADOR, links: { ...ADOR.links, bytesPerSecond: 1e13 } };
    const rows = run("llama-3.1-8b", fast, prefill(1024), 4).rows;
    const transfer = rows.find(({ operator }) => operator === "mlp_all_reduce")!;
    // A ring pays the fixed time of two devices three times among four.
    expect(transfer.seconds / transfer.count).toBeCloseTo(3 * ADOR.links.collectiveSeconds, 12);
    expect(transfer.bound).toBe("link latency");
    expect(transfer.busySeconds.p2p).toBeGreaterThan(0);
  });

  test("leaves a transfer in the open when links may not work beside arithmetic", () => {
    const concurrency = { ...ADOR.concurrency, linksBesideCompute: false };
    const rowOf = (device: HdaDevice) =>
      run("llama-3.1-8b", device, prefill(1024), 4).rows.find(
        ({ operator }) => operator === "mlp_all_reduce",
      )!;
    const open = rowOf({ ...ADOR, concurrency });
    const hidden = rowOf(ADOR);
    // 1024 rows of 4096 bf16 values, 2 · 3/4 of them at 57.6 GB/s, beside the latency.
    const wire = (1.5 * 1024 * 8192) / (64e9 * 0.9);
    expect(open.seconds / open.count).toBeCloseTo(wire + 3 * ADOR.links.collectiveSeconds, 9);
    expect(open.busySeconds.p2p).toBe(hidden.busySeconds.p2p);
    expect(hidden.seconds).toBeLessThan(0.7 * open.seconds);
  });
});

describe("collectives", () => {
  test("an all-reduce of 1 MiB among 8 A100s takes about the 21.7 µs that vLLM's takes in a CUDA graph", () => {
    // 128 tokens of 4096 values in bf16; ai-dynamo/aiconfigurator custom all-reduce table.
    const rows = run("llama-3.1-8b", "a100-80gb", prefill(128), 8).rows;
    const transfer = rows.find(({ operator }) => operator === "o_all_reduce")!;
    expect(transfer.seconds / transfer.count / 21.7e-6).toBeGreaterThan(0.6);
    expect(transfer.seconds / transfer.count / 21.7e-6).toBeLessThan(1.4);
  });

  test("one device has none", () => {
    const names = run("llama-3.1-8b", "a100-80gb", mixed).rows.map(({ operator }) => operator);
    expect(names.filter((name) => name.includes("all_reduce") || name.includes("all_gather"))).toEqual([]);
  });
});

describe("a model with a window", () => {
  test("pays for its window and not for its context", () => {
    const short = run("mistral-7b-v0.1", "h100", decode(16, 4096)).seconds;
    expect(run("mistral-7b-v0.1", "h100", decode(16, 32_000)).seconds).toBe(short);
    expect(run("mistral-7b-v0.3", "h100", decode(16, 32_000)).seconds).toBeGreaterThan(short);
  });
});

describe("compiling", () => {
  test("refuses a split that the model does not allow", () => {
    expect(() => run("llama-3.1-8b", "h100", prefill(1), 3)).toThrow(/expected one of 1, 2, 4, 8/);
  });

  test("refuses a device that cannot exist", () => {
    expect(() => run("llama-3.1-8b", { ...ADOR, cores: 0 }, prefill(1))).toThrow(/cores: invalid count 0/);
  });
});
