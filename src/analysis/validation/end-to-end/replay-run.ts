import { distributionOf, type Distribution } from "../../../core/quantiles.ts";
import type { EngineConfig } from "../../../serving/config.ts";
import type { Timeline } from "../../../serving/result.ts";
import type { LlmModel } from "../../../models/llm-model.ts";
import { deviceCount, type Parallelism } from "../../../models/parallelism.ts";
import { ProfiledStepCost } from "../../../perf/profile/profiled-step-cost.ts";
import { createTableSource } from "../../../workload/table-source.ts";
import { Unmodelled } from "../dataset.ts";
import { runEngine } from "../engine-run.ts";
import { described } from "../systems.ts";
import { findModel } from "../../../models/catalog.ts";
import type { MeasuredProfiles } from "./measured-profile.ts";
import { RUNS_FOLDER, type RecordedRun, type RunSettings } from "./recorded-run.ts";
import { schedulesAhead } from "./serving-engines.ts";
import { systemName, type Deployment, type ServedSystem, type ServedSystems } from "./served-systems.ts";

/** Under which name runs on a profile are told apart. */
const PROFILED_RUNS = "e2e-runs-profile";

/** What is compared of every request. */
export const RUN_METRICS = ["ttft", "tpot", "e2e"] as const;
export type RunMetric = (typeof RUN_METRICS)[number];

/** A run as measured and as simulated; distributions in seconds. */
export interface ReplayedRun {
  readonly run: RecordedRun;
  /** Under which name it is scored. */
  readonly dataset: string;
  readonly system: string;
  readonly measured: Readonly<Record<RunMetric, Distribution>>;
  readonly predicted: Readonly<Record<RunMetric, Distribution>>;
  readonly timeline: Timeline;
}

/**
 * Replays a recorded run with its server's settings.
 * @throws Unmodelled for a system that is not described, or a cache in which not all requests fit
 */
export function replayRun(run: RecordedRun, systems: ServedSystems): ReplayedRun {
  const { settings } = run;
  const { deployment } = deploymentOf(settings);
  return replayOn(systems.served(deployment), RUNS_FOLDER, run);
}

/**
 * The same on what was measured of the device kernel by kernel; undefined where that is not known.
 * @throws Unmodelled as above
 */
export function replayOnProfile(
  run: RecordedRun,
  systems: ServedSystems,
  profiles: MeasuredProfiles,
): ReplayedRun | undefined {
  const { deployment } = deploymentOf(run.settings);
  const { gpu, model, parallelism } = deployment;
  if (deviceCount(parallelism) > parallelism.tensorParallel) return undefined;
  const served = systems.served(deployment);
  const profile = profiles.find(gpu, model, parallelism.tensorParallel, served.engine);
  if (profile === undefined) return undefined;
  const cost = new ProfiledStepCost(served.cost, profile);
  return replayOn({ ...served, cost }, PROFILED_RUNS, run);
}

function replayOn(served: ServedSystem, group: string, run: RecordedRun): ReplayedRun {
  const { settings, requests, measured } = run;
  const { replicas, deployment } = deploymentOf(settings);
  const { metrics, timeline } = runEngine({
    source: createTableSource(requests),
    ...{ engine: engineOf(settings, served, deployment.parallelism), cost: served.cost, replicas },
    ...{ scheduler: served.engine.scheduler, timelineSeconds: 1 },
  });
  const lost = requests.length - metrics.counts.completed;
  if (lost > 0)
    throw new Unmodelled(settings.gpu, settings.model, `${lost} requests that the cache cannot hold`);
  const { ttft, tpot, e2e } = metrics;
  return {
    ...{ run, dataset: `${group}/${run.name}`, system: runSystem(run) },
    measured: {
      ttft: distributionOf(Float64Array.from(measured, ({ ttftSeconds }) => ttftSeconds)),
      tpot: distributionOf(
        Float64Array.from(
          measured.flatMap(({ tpotSeconds }) => (tpotSeconds === undefined ? [] : [tpotSeconds])),
        ),
      ),
      e2e: distributionOf(Float64Array.from(measured, ({ e2eSeconds }) => e2eSeconds)),
    },
    predicted: { ttft, tpot, e2e },
    timeline: timeline!,
  };
}

/** Under which name a run's system is scored. */
export function runSystem({ settings: { gpu, backend, model, dtype } }: RecordedRun): string {
  return systemName({ gpu, backend, model, weights: dtype });
}

/** Engines of a dense model are independent replicas; those of a mixture of experts share its experts in lockstep. */
function deploymentOf(settings: RunSettings): { readonly replicas: number; readonly deployment: Deployment } {
  const { gpu, model, dtype, backend } = settings;
  const { tensor_parallel: tensorParallel, data_parallel: dataParallel = 1 } = settings;
  const sharesExperts = hasExperts(described(gpu, model, () => findModel(model)));
  const dataParallelAttention = sharesExperts ? dataParallel : 1;
  const isExpertParallel = settings.expert_parallel === true && sharesExperts;
  const parallelism = {
    ...{ tensorParallel, dataParallelAttention, pipelineParallel: settings.pipeline_parallel ?? 1 },
    expertParallel: isExpertParallel ? tensorParallel * dataParallelAttention : 1,
  };
  return {
    replicas: dataParallel / dataParallelAttention,
    deployment: {
      ...{ gpu, backend, model, weights: dtype, parallelism },
      schedulesAhead: settings.async_scheduling ?? schedulesAhead(backend, settings.vllm_version),
    },
  };
}

function hasExperts({ layerGroups }: LlmModel): boolean {
  return layerGroups.some(({ mlp }) => mlp.kind === "moe");
}

/** Seats, budget and blocks are stated for one data-parallel engine; engines in lockstep are one with the sum of them. */
function engineOf(
  settings: RunSettings,
  { engine, model, kvBlocks }: ServedSystem,
  { dataParallelAttention: engines }: Parallelism,
): EngineConfig {
  const { block_size: blockSize, gpu_memory_utilization: gpuMemoryUtilization } = settings;
  const maxNumSeqs = settings.max_num_seqs * engines;
  const maxNumBatchedTokens = settings.max_num_batched_tokens * engines;
  const capacity = settings.kv_capacity_tokens;
  const stated = settings.num_gpu_kv_blocks ?? (capacity && Math.floor(capacity / blockSize));
  const sized = () =>
    kvBlocks({
      ...{ maxNumSeqs, maxNumBatchedTokens, blockSize },
      ...(gpuMemoryUtilization !== undefined && { gpuMemoryUtilization }),
    });
  return {
    ...{ maxNumSeqs, maxNumBatchedTokens, blockSize, longPrefillTokenThreshold: 0 },
    kvBlocks: stated === undefined ? sized() : stated * engines,
    maxModelLen: settings.max_model_len ?? model.maxPositionTokens,
    enableChunkedPrefill: settings.chunked_prefill ?? engine.chunksPrompts,
    ...((settings.prefix_caching ?? engine.cachesPrefixes) && {
      prefixCaching: { tiers: [], load: "always" },
    }),
  };
}
