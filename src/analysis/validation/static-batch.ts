import { SINGLE_DEVICE } from "../../models/parallelism.ts";
import { BF16 } from "../../models/precision.ts";
import type { EngineConfig } from "../../serving/config.ts";
import { sizeKvPool } from "../../serving/kv-pool-size.ts";
import { RequestTableBuilder } from "../../workload/request-table.ts";
import { createTableSource } from "../../workload/table-source.ts";
import { Unmodelled } from "./dataset.ts";
import { runEngine } from "./engine-run.ts";
import { withSequenceWork, type Engine } from "./engines.ts";
import { decodeBatch, stepRooflineSeconds } from "./step-seconds.ts";
import { described, type MeasuredSystems } from "./systems.ts";

/** Equal requests that arrive together. */
export interface StaticBatch {
  readonly device: string;
  readonly model: string;
  readonly devices: number;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

const BLOCK_TOKENS = 16;
/** Engines schedule at least so many sequences if they fit, and so many tokens of prompts into one step. */
const MAX_NUM_SEQS = 256;
const LEAST_STEP_TOKENS = 2048;
/** Longest request that engines prepare for unless told, if the model can. */
const USUAL_MODEL_LEN = 4096;

/** Seconds until the last token of the batch, by a simulation of the engine with the KV cache that its memory holds. */
export function staticBatchSeconds(systems: MeasuredSystems, engine: Engine, batch: StaticBatch): number {
  const { device, model, devices, requests, inputTokens, outputTokens } = batch;
  const table = new RequestTableBuilder({ ticksPerSecond: 1 });
  for (let i = 0; i < requests; i++) table.add(0, inputTokens, outputTokens, i, 0, -1);
  const cost = withSequenceWork(systems.stepCost(device, model, devices), engine);
  const { counts, durationSeconds } = runEngine({
    source: createTableSource(table.build()),
    ...{ engine: engineConfig(systems, engine, batch), cost },
  }).metrics;
  if (counts.completed < requests)
    throw new Unmodelled(device, model, "a KV cache too small for one request");
  return durationSeconds;
}

/** Seconds below which the batch cannot end however good the engine: its decode steps at peak compute and bandwidth. */
export function staticBatchBoundSeconds(systems: MeasuredSystems, batch: StaticBatch): number {
  const { device, model, devices, requests, inputTokens, outputTokens } = batch;
  const cost = systems.stepCost(device, model, devices);
  return outputTokens * stepRooflineSeconds(cost, decodeBatch(requests, inputTokens));
}

function engineConfig(systems: MeasuredSystems, engine: Engine, batch: StaticBatch): EngineConfig {
  const model = systems.model(batch.device, batch.model);
  const length = batch.inputTokens + batch.outputTokens;
  const maxModelLen = Math.max(length, Math.min(model.maxPositionTokens, USUAL_MODEL_LEN));
  const maxNumBatchedTokens = Math.max(LEAST_STEP_TOKENS, maxModelLen);
  const device = systems.device(batch.device);
  const pool = described(batch.device, batch.model, () =>
    sizeKvPool({
      ...{ model, device, parallelism: { ...SINGLE_DEVICE, tensorParallel: batch.devices }, precision: BF16 },
      ...{ maxNumSeqs: MAX_NUM_SEQS, maxNumBatchedTokens, blockSize: BLOCK_TOKENS },
      gpuMemoryUtilization: engine.gpuMemoryUtilization - engine.reservedBytes / device.memory.capacityBytes,
    }),
  );
  return {
    ...{ maxNumSeqs: MAX_NUM_SEQS, maxNumBatchedTokens, maxModelLen },
    ...{ blockSize: BLOCK_TOKENS, enableChunkedPrefill: false, longPrefillTokenThreshold: 0 },
    kvBlocks: pool.blocks,
  };
}
