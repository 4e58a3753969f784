import { describe, expect, test } from "vitest";
import { findDevice } from "../../src/hardware/catalog.ts";
import { findModel } from "../../src/models/catalog.ts";
import { kvBytesPerToken } from "../../src/models/memory.ts";
import { precisionOf } from "../../src/models/precision.ts";
import { compileStepCost } from "../../src/perf/compile.ts";
import type { PoolConfig, RequestTargets, SimulationConfig } from "../../src/serving/config.ts";
import type { SchedulerConfig } from "../../src/serving/scheduler-config.ts";
import { simulate } from "../../src/serving/simulate.ts";
import { createSyntheticSource } from "../../src/workload/synthetic.ts";

const model = findModel("llama-3.1-8b");
const precision = precisionOf({});
const device = findDevice("a100-80gb");
const cost = compileStepCost({
  ...{ model, device, precision },
  parallelism: { tensorParallel: 1, pipelineParallel: 1, expertParallel: 1, dataParallelAttention: 1 },
  ...{ tensorParallelStyle: "all-reduce", expertSkew: { kind: "uniform" } },
});

function configOf(
  scheduler: SchedulerConfig,
  replicas: number,
  maxNumBatchedTokens: number,
): SimulationConfig {
  return {
    scheduler,
    engine: {
      ...{ maxNumSeqs: 128, maxNumBatchedTokens, maxModelLen: 8192, blockSize: 16 },
      ...{ enableChunkedPrefill: scheduler.policy !== "vllm-v0", longPrefillTokenThreshold: 0 },
      kvBlocks: 25_000,
    },
    ...{ replicas, router: "least-outstanding", cost, slo: { request: {}, run: [] } },
    window: { fromSeconds: 0, untilSeconds: Infinity },
    ...{ mode: "fast-forward", timelineSeconds: 0, seed: 1 },
  };
}

describe("chunked prefill removes generation stalls", () => {
  // Agrawal et al., "Taming throughput-latency tradeoff in LLM inference with Sarathi-Serve", OSDI 2024, figure 1: under
  // prefill-first scheduling some tokens wait for seconds while prompts of others run; with stall-free batches none does,
  // at the same load. Long prompts, as in its summarisation trace.
  const run = (scheduler: SchedulerConfig, budget: number) => {
    const source = createSyntheticSource(
      {
        arrivals: { kind: "poisson", ratePerSecond: 1 },
        input: { kind: "lognormal", median: 4000, sigma: 0.4, max: 7500 },
        output: { kind: "lognormal", median: 200, sigma: 0.4, max: 500 },
        requests: 600,
      },
      4,
    );
    return simulate(source, configOf(scheduler, 1, budget)).metrics;
  };
  const first = run({ policy: "vllm-v0" }, 8192);
  const stallFree = run({ policy: "sarathi", chunkTokens: 512 }, 8192);

  test("the longest gap between two tokens falls by an order of magnitude", () => {
    expect(first.tbt.max! / stallFree.tbt.max!).toBeGreaterThan(10);
    expect(first.tbt.p99! / stallFree.tbt.p99!).toBeGreaterThan(3);
    expect(first.tbt.max!).toBeGreaterThan(1);
  });

  test("while both serve the same load, and the first token comes later by less than half", () => {
    expect(stallFree.requestsPerSecond / first.requestsPerSecond).toBeGreaterThan(0.98);
    expect(stallFree.ttft.p50! / first.ttft.p50!).toBeLessThan(1.5);
  });
});

describe("prefill and decode apart", () => {
  // Zhong et al., "DistServe: disaggregating prefill and decoding for goodput-optimized LLM serving", OSDI 2024: for each
  // GPU it serves more requests than colocation where both phases have tight targets (figure 1), and colocation is the
  // better choice where latency matters less than throughput (section 7). The baseline there is vLLM with whole prompts
  // first. Patel et al., "Splitwise", ISCA 2024, found the same gain for machines of its own design.
  const pool = (role: "prefill" | "decode", replicas: number): PoolConfig => {
    const { engine, scheduler } = configOf({ policy: "vllm-v0" }, 1, 8192);
    const bytesPerSecond = device.links.bytesPerSecond * device.links.efficiency;
    return { ...{ name: role, role, replicas, scheduler, engine, cost }, linkBytesPerSecond: bytesPerSecond };
  };
  const together = configOf({ policy: "vllm-v0" }, 4, 8192);
  const apart: SimulationConfig = {
    ...together,
    pools: [pool("prefill", 2), pool("decode", 2)],
    kvTransfer: {
      bytesPerToken: kvBytesPerToken(model, precision),
      latencySeconds: 1e-5,
      overlappedLayers: 32,
    },
  };
  const run = (config: SimulationConfig, ratePerSecond: number, slo: RequestTargets = {}) => {
    const source = createSyntheticSource(
      {
        arrivals: { kind: "poisson", ratePerSecond },
        input: { kind: "lognormal", median: 1200, sigma: 0.5, max: 6000 },
        output: { kind: "lognormal", median: 100, sigma: 0.5, max: 500 },
        requests: 3000,
      },
      9,
    );
    return simulate(source, { ...config, slo: { request: slo, run: [] } }).metrics;
  };
  /** Share of the requests that are in time. */
  const attainment = (config: SimulationConfig, rate: number, ttftSeconds: number, tpotSeconds: number) =>
    run(config, rate, { ttftSeconds, tpotSeconds }).slo.attainment!;

  test("meets a tight target between tokens at rates where together fails it", () => {
    const tight = [0.4, 0.02] as const;
    expect(attainment(apart, 18, ...tight)).toBeGreaterThan(0.9);
    expect(attainment(together, 18, ...tight)).toBeLessThan(0.75);
    // Together holds nine in ten up to two thirds of that rate.
    expect(attainment(together, 12, ...tight)).toBeGreaterThan(0.9);
  });

  test("serves less under loose targets, where together all devices share all work", () => {
    const loose = [1, 0.1] as const;
    expect(attainment(together, 30, ...loose)).toBeGreaterThan(0.9);
    expect(attainment(apart, 30, ...loose)).toBeLessThan(0.5);
  });

  test("costs the first token a queue before half of the devices: at low load together is sooner", () => {
    const ttft = (config: SimulationConfig) => run(config, 8).ttft.p99!;
    expect(ttft(together)).toBeLessThan(ttft(apart));
  });
});
