import { InputError } from "../core/errors.ts";
import type { RequestSource } from "../workload/request.ts";
import { Cluster } from "./cluster.ts";
import { poolsOf, type PoolConfig, type SimulationConfig } from "./config.ts";
import { measure } from "./metrics/measure.ts";
import type { SimulationObserver } from "./observer.ts";
import type { SimulationResult } from "./result.ts";

export type { SimulationObserver } from "./observer.ts";

/**
 * Replays the requests of `source` through the modelled system. Synchronous and deterministic.
 * @throws InputError for engine settings that contradict each other
 * @throws RunError when the simulation gets stuck or breaks a law of its own
 */
export function simulate(
  source: RequestSource,
  config: SimulationConfig,
  observer?: SimulationObserver,
): SimulationResult {
  for (const pool of poolsOf(config)) checkEngine(pool);
  checkRoles(config);
  checkAvailability(config);
  const cluster = new Cluster(source, config);
  cluster.run(observer);
  return {
    records: cluster.log,
    gaps: cluster.gaps,
    metrics: measure(cluster, config),
    timeline: cluster.timeline,
    attribution: cluster.attribution,
    effort: cluster.effort(),
    interrupted: cluster.interrupted,
  };
}

/** What the model of replicas that come and go leaves out. */
function checkAvailability(config: SimulationConfig): void {
  const { pools = [], replicas, failures, autoscaling } = config;
  if (failures === undefined && autoscaling === undefined) return;
  const key = failures === undefined ? "autoscaling" : "failures";
  const refuse = (message: string, expected: string) => new InputError({ key, message, expected });
  if (failures !== undefined && autoscaling !== undefined) {
    throw refuse("failures are not modelled together with autoscaling", "one of the two");
  }
  if (pools.some(({ role }) => role !== "both")) {
    throw refuse(
      "not modelled where prompts and answers are served apart",
      "pools that serve whole requests",
    );
  }
  if (autoscaling !== undefined) {
    const { minReplicas, maxReplicas } = autoscaling;
    if (pools.length > 0) throw refuse("autoscaling needs one kind of replicas", "no pools");
    if (minReplicas > replicas || replicas > maxReplicas) {
      throw refuse(`starts with ${replicas} replicas`, `from ${minReplicas} to ${maxReplicas}`);
    }
  }
  const count = poolsOf(config).reduce((sum, pool) => sum + pool.replicas, 0);
  const unknown = failures?.outages.find(({ replica }) => replica >= count);
  if (unknown !== undefined) {
    throw refuse(`an outage of replica ${unknown.replica}`, `replicas from 0 to ${count - 1}`);
  }
}

/** Pools that leave requests without one of their halves. */
function checkRoles({ pools = [], kvTransfer }: SimulationConfig): void {
  const roles = pools.map(({ role }) => role);
  if (!roles.includes("prefill") && !roles.includes("decode")) return;
  const missing = (["prefill", "decode"] as const).find((role) => !roles.includes(role));
  if (missing !== undefined) {
    throw new InputError({
      key: "pools",
      message: `prompts and answers are served apart, but no pool has the role ${missing}`,
      expected: "at least one replica for each",
    });
  }
  if (kvTransfer === undefined) {
    throw new InputError({
      key: "kv_transfer",
      message: "missing",
      expected: "how caches move from the replicas of prompts to those of answers",
    });
  }
}

/** The rules between settings that vLLM enforces too; without them a request could wait for ever. */
function checkEngine({ engine, replicas }: PoolConfig): void {
  const { maxNumSeqs, maxNumBatchedTokens, maxModelLen } = engine;
  const refuse = (key: string, found: number, expected: string) =>
    new InputError({ message: "invalid value", key, found, expected });
  for (const [key, found] of [
    ["replicas", replicas],
    ["max_num_seqs", maxNumSeqs],
    ["max_num_batched_tokens", maxNumBatchedTokens],
    ["max_model_len", maxModelLen],
    ["block_size", engine.blockSize],
    ["kv_blocks", engine.kvBlocks],
  ] as const) {
    if (!Number.isInteger(found) || found < 1) throw refuse(key, found, "a whole number of at least 1");
  }
  if (maxNumBatchedTokens < maxNumSeqs) {
    throw refuse(
      "max_num_batched_tokens",
      maxNumBatchedTokens,
      `at least max_num_seqs, which is ${maxNumSeqs}`,
    );
  }
  const decodeTokens = maxNumSeqs * ((engine.speculation?.tokens ?? 0) + 1);
  if (maxNumBatchedTokens < decodeTokens) {
    throw refuse(
      "max_num_batched_tokens",
      maxNumBatchedTokens,
      `at least max_num_seqs times the tokens that each verifies, which is ${decodeTokens}`,
    );
  }
  if (!engine.enableChunkedPrefill && maxNumBatchedTokens < maxModelLen) {
    throw refuse(
      "max_num_batched_tokens",
      maxNumBatchedTokens,
      `at least max_model_len, which is ${maxModelLen}, when prompts are not chunked`,
    );
  }
}
