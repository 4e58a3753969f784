import { InputError, type InputProblem } from "../core/errors.ts";
import type { EngineConfig, KvTierConfig } from "../serving/config.ts";
import { RESERVING_SCHEDULERS } from "../serving/scheduler-config.ts";
import type { Located, Path } from "./located.ts";
import { problemAt } from "./problems.ts";
import type { SystemInput } from "./schema.ts";

/**
 * How replicas share the blocks of prompts that begin alike; undefined where they do not.
 * @param blockBytes of one block on one device
 * @throws InputError for a policy that cannot share blocks, or slower memories without use or room
 */
export function resolvePrefixCaching(
  root: Located,
  { scheduler, enable_prefix_caching: enabled, kv_offload: offload }: SystemInput["serving"],
  blockBytes: () => number,
): EngineConfig["prefixCaching"] {
  const refuse = (path: Path, problem: Partial<InputProblem> & { message: string }) =>
    new InputError(problemAt(root, ["serving", ...path], problem));
  if (!enabled) {
    if (offload === undefined) return undefined;
    throw refuse(["kv_offload"], {
      message: "only cached blocks go to slower memories",
      expected: "enable_prefix_caching: true",
    });
  }
  if (RESERVING_SCHEDULERS.has(scheduler.policy)) {
    throw refuse(["enable_prefix_caching"], {
      message: `${scheduler.policy} reserves memory for whole sequences and shares none:`,
      found: enabled,
      expected: "false, or a policy that takes memory as it is needed, such as vllm-v1",
    });
  }
  if (offload === undefined) return { tiers: [], load: "when-faster" };
  const tiers = (["host", "disk"] as const).flatMap((name): KvTierConfig[] => {
    const tier = offload[name];
    if (tier === undefined) return [];
    const bytes = blockBytes();
    const blocks = Math.floor(tier.capacity / bytes);
    if (blocks > 0) return [{ name, blocks, secondsPerBlock: bytes / tier.bandwidth }];
    throw refuse(["kv_offload", name, "capacity"], {
      message: "no room for a single block:",
      found: `${tier.capacity} bytes`,
      expected: `at least ${bytes} bytes`,
    });
  });
  return { tiers, load: offload.load };
}
