import { InputError } from "../core/errors.ts";
import type { RequestSource } from "../workload/request.ts";
import { Cluster } from "./cluster.ts";
import type { SimulationConfig } from "./config.ts";
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
  checkEngine(config);
  const cluster = new Cluster(source, config);
  cluster.run(observer);
  return {
    records: cluster.log,
    gaps: cluster.gaps,
    metrics: measure(cluster, config),
    timeline: cluster.timeline,
    effort: cluster.effort(),
    interrupted: cluster.interrupted,
  };
}

/** The rules between settings that vLLM enforces too; without them a request could wait for ever. */
function checkEngine({ engine, replicas }: SimulationConfig): void {
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
  if (!engine.enableChunkedPrefill && maxNumBatchedTokens < maxModelLen) {
    throw refuse(
      "max_num_batched_tokens",
      maxNumBatchedTokens,
      `at least max_model_len, which is ${maxModelLen}, when prompts are not chunked`,
    );
  }
}
