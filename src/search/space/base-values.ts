import type { Replicas, System } from "../../scenario/scenario.ts";
import { numbersOf, NUMBERED_SETTINGS } from "./design-numbers.ts";
import type { Value } from "./expression.ts";
import { pathInPool, poolSettingOf } from "./pool-settings.ts";

const REPLICA_SETTINGS: Readonly<Record<string, (replicas: Replicas) => Value | undefined>> = {
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
const READABLE_SETTINGS: readonly string[] = [
  ...Object.keys(NUMBERED_SETTINGS),
  ...Object.keys(REPLICA_SETTINGS),
];

/** The same with those of each pool of a system. */
export function readableSettings({ pools = [] }: Pick<System, "pools">): string[] {
  const own = ["cluster.role", ...READABLE_SETTINGS.filter((path) => !path.startsWith("model."))];
  return [...READABLE_SETTINGS, ...pools.flatMap(({ name }) => own.map((path) => pathInPool(name, path)))];
}

/** What formulas may read of the system that a search starts from; of several pools without a name that of the first. */
export function baseValues(system: System): (path: string) => Value | undefined {
  const shared = valuesOf(system);
  const pools = new Map(
    system.pools?.map((pool) => {
      const own = valuesOf(pool);
      return [pool.name, (path: string) => (path === "cluster.role" ? pool.role : own(path))];
    }),
  );
  return (path) => {
    const inPool = poolSettingOf(path);
    return inPool === undefined ? shared(path) : pools.get(inPool.pool)?.(inPool.path);
  };
}

function valuesOf(replicas: Replicas): (path: string) => Value | undefined {
  const { device } = replicas;
  const numbers = device.kind === "hda" ? numbersOf(device) : undefined;
  return (path) => {
    const own = REPLICA_SETTINGS[path];
    if (own !== undefined) return own(replicas);
    const numbered = NUMBERED_SETTINGS[path];
    if (numbered === undefined || numbers === undefined) return undefined;
    const value = numbers[numbered.slot];
    return numbered.names === undefined ? value : numbered.names[value];
  };
}
