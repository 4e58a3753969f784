import { findDevice } from "../../../src/hardware/catalog.ts";
import { findModel } from "../../../src/models/catalog.ts";
import { SINGLE_DEVICE } from "../../../src/models/parallelism.ts";
import { BF16 } from "../../../src/models/precision.ts";
import { compileStepCost } from "../../../src/perf/compile.ts";
import { sizeKvPool } from "../../../src/serving/kv-pool-size.ts";
import type { SimulationConfig } from "../../../src/serving/config.ts";
import type { RunMetrics } from "../../../src/serving/result.ts";
import { simulate } from "../../../src/serving/simulate.ts";
import type { LengthSpec } from "../../../src/workload/lengths/length-sampler.ts";
import { createSyntheticSource, type SyntheticSpec } from "../../../src/workload/synthetic.ts";
import { estimate, type Estimate } from "../../../src/analysis/estimate/estimate.ts";
import { arrivingAtRandom, atRate, profileTraffic } from "../../../src/analysis/estimate/traffic-profile.ts";

/** A system and its traffic, to be estimated and simulated alike. */
export interface Served {
  readonly model: string;
  readonly device: string;
  readonly tensorParallel?: number;
  readonly budget: number;
  readonly maxNumSeqs?: number;
  readonly replicas?: number;
  readonly input: LengthSpec;
  readonly output: LengthSpec;
  readonly slo?: SimulationConfig["slo"];
}

export const CHAT: Pick<Served, "input" | "output"> = {
  input: { kind: "lognormal", median: 750, sigma: 0.95, max: 14_000 },
  output: { kind: "lognormal", median: 140, sigma: 0.9, max: 1000 },
};

const NO_SLO: SimulationConfig["slo"] = { request: {}, run: [] };

export function configOf(served: Served): SimulationConfig {
  const { tensorParallel = 1, budget, maxNumSeqs = 256, replicas = 1, slo = NO_SLO } = served;
  const model = findModel(served.model);
  const device = findDevice(served.device);
  const split = { model, device, precision: BF16, parallelism: { ...SINGLE_DEVICE, tensorParallel } };
  const blockSize = 16;
  const { blocks } = sizeKvPool({
    ...{ ...split, maxNumBatchedTokens: budget, maxNumSeqs, blockSize, gpuMemoryUtilization: 0.9 },
  });
  return {
    scheduler: { policy: "vllm-v1" },
    engine: {
      ...{ maxNumSeqs, maxNumBatchedTokens: budget, maxModelLen: 16_384, blockSize, kvBlocks: blocks },
      ...{ enableChunkedPrefill: true, longPrefillTokenThreshold: 0 },
    },
    ...{ replicas, router: "least-outstanding", cost: compileStepCost(split), slo },
    window: { fromSeconds: 0, untilSeconds: Infinity },
    ...{ mode: "fast-forward", timelineSeconds: 0 },
  };
}

function trafficSpec({ input, output }: Served, ratePerSecond: number, requests: number): SyntheticSpec {
  return { arrivals: { kind: "poisson", ratePerSecond }, input, output, requests };
}

export function estimateServed(served: Served, ratePerSecond: number, requests = 4000): Estimate {
  const config = configOf(served);
  const profile = profileTraffic(createSyntheticSource(trafficSpec(served, ratePerSecond, requests), 1));
  const { cost, engine, scheduler, replicas, router, slo } = config;
  // The process that the formulas are told of, not what this draw of it came out as.
  const traffic = arrivingAtRandom(atRate(profile, ratePerSecond));
  return estimate({ system: { cost, engine, scheduler, replicas, router }, traffic, slo, idleWatts: 0 });
}

export function simulateServed(served: Served, ratePerSecond: number, requests = 4000): RunMetrics {
  return simulate(createSyntheticSource(trafficSpec(served, ratePerSecond, requests), 1), configOf(served))
    .metrics;
}

/** Completions a second in the middle of a run that gets far more than it can serve. */
export function overloadThroughput(served: Served, ratePerSecond: number, requests: number): number {
  const { records } = simulate(
    createSyntheticSource(trafficSpec(served, ratePerSecond, requests), 1),
    configOf(served),
  );
  const finished = Float64Array.from(records.finishSeconds.subarray(0, records.length)).sort();
  const from = Math.floor(0.25 * requests);
  const to = Math.floor(0.75 * requests);
  return (to - from) / (finished[to]! - finished[from]!);
}
