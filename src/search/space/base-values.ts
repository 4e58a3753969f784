import type { System } from "../../scenario/scenario.ts";
import { numbersOf, NUMBERED_SETTINGS } from "./design-numbers.ts";
import type { Value } from "./expression.ts";

const SYSTEM_SETTINGS: Readonly<Record<string, (system: System) => Value | undefined>> = {
  "device.local_sram_bytes_per_cycle": ({ device }) =>
    device.kind === "hda" ? device.localSramBytesPerCycle : undefined,
  "device.memory.efficiency": ({ device }) => device.memory.efficiency,
  "cluster.replicas": ({ replicas }) => replicas,
  "cluster.tensor_parallel": ({ parallelism }) => parallelism.tensorParallel,
  "cluster.pipeline_parallel": ({ parallelism }) => parallelism.pipelineParallel,
  "cluster.expert_parallel": ({ parallelism }) => parallelism.expertParallel,
  "cluster.data_parallel_attention": ({ parallelism }) => parallelism.dataParallelAttention,
  "serving.max_num_seqs": ({ engine }) => engine.maxNumSeqs,
  "serving.max_num_batched_tokens": ({ engine }) => engine.maxNumBatchedTokens,
  "serving.max_model_len": ({ engine }) => engine.maxModelLen,
  "serving.block_size": ({ engine }) => engine.blockSize,
  "model.hidden_size": ({ model }) => model.hiddenSize,
};

/** Settings that formulas may read where the space does not vary them. */
export const READABLE_SETTINGS: readonly string[] = [
  ...Object.keys(NUMBERED_SETTINGS),
  ...Object.keys(SYSTEM_SETTINGS),
];

/** What formulas may read of the system that a search starts from. */
export function baseValues(system: System): (path: string) => Value | undefined {
  const { device } = system;
  const numbers = device.kind === "hda" ? numbersOf(device) : undefined;
  return (path) => {
    const own = SYSTEM_SETTINGS[path];
    if (own !== undefined) return own(system);
    const numbered = NUMBERED_SETTINGS[path];
    if (numbered === undefined || numbers === undefined) return undefined;
    const value = numbers[numbered.slot];
    return numbered.names === undefined ? value : numbered.names[value];
  };
}
