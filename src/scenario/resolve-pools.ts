import { InputError, type InputProblem } from "../core/errors.ts";
import { attentionLayerCount } from "../models/llm-model.ts";
import { kvBytesPerToken } from "../models/memory.ts";
import { deviceCount } from "../models/parallelism.ts";
import type { KvTransferConfig, SloConfig } from "../serving/config.ts";
import type { SchedulerName } from "../serving/scheduler-config.ts";
import type { ScenarioFiles } from "./files.ts";
import { locatedAt, type Located, type LocatedEntry, type LocatedMap, type Path } from "./located.ts";
import { mergeLocated, withoutKeys } from "./merge.ts";
import { parseSystem } from "./parse-system.ts";
import { problemAt } from "./problems.ts";
import { resolveReplicas } from "./resolve-replicas.ts";
import type { Pool, Replicas, System } from "./scenario.ts";
import { kvTransferSchema, type SystemInput } from "./schema.ts";

type Written = SystemInput["cluster"]["kv_transfer"];

/** Policies that take the memory of a whole sequence or batch at once: there is nothing to hand over or take over. */
const NEVER_SPLIT: ReadonlySet<SchedulerName> = new Set(["orca", "static"]);

/** Keys of a pool that a system has at its top; its others belong to the system's `cluster`. */
const TOP_KEYS = ["device", "precision", "cost", "serving"];

/** Keys of a cluster that are not about one kind of replicas. */
const CLUSTER_KEYS = [
  ...["pools", "kv_transfer", "router", "router_delay", "admission", "failures", "autoscaling"],
];

/**
 * The pools of a cluster of several kinds of replicas; undefined for a cluster of one.
 * @throws InputError for pools that cannot work together
 */
export function resolvePools(
  root: LocatedMap,
  { cluster }: SystemInput,
  slo: SloConfig,
  files: ScenarioFiles,
): (Pick<System, "pools" | "kvTransfer"> & { readonly pools: readonly Pool[] }) | undefined {
  const refuse = (path: Path, problem: Partial<InputProblem> & { message: string }) =>
    new InputError(problemAt(root, ["cluster", ...path], problem));
  if (cluster.pools === undefined) {
    if (cluster.kv_transfer === undefined) return undefined;
    throw refuse(["kv_transfer"], {
      message: "caches move only between the replicas of a prefill and a decode pool",
      expected: "cluster.pools with both roles",
    });
  }
  if (locatedAt(root, ["cluster", "replicas"]) !== undefined) {
    throw refuse(["replicas"], {
      message: "every pool has its own",
      expected: "replicas of the pools alone",
    });
  }
  const pools = Object.entries(cluster.pools).map(([name, { role }]): Pool => {
    const located = poolAsSystem(root, name);
    const replicas = inPool(name, () => resolveReplicas(located, parseSystem(located), slo, files));
    return { name, role, ...replicas, linkBytesPerSecond: linkBytesPerSecond(replicas, cluster.kv_transfer) };
  });
  const roles = pools.map(({ role }) => role);
  if (roles.every((role) => role === "both")) {
    if (cluster.kv_transfer === undefined) return { pools };
    throw refuse(["kv_transfer"], {
      message: "no pool hands its requests over",
      expected: "roles prefill and decode",
    });
  }
  const missing = (["prefill", "decode"] as const).find((role) => !roles.includes(role));
  if (missing !== undefined) {
    throw refuse(["pools"], {
      message: `prompts and answers are served apart, but no pool has the role ${missing}`,
      expected: "at least one replica for each",
    });
  }
  const halves = pools.filter(({ role }) => role !== "both");
  const stubborn = halves.find(({ scheduler }) => NEVER_SPLIT.has(scheduler.policy));
  if (stubborn !== undefined) {
    throw new InputError({
      ...stubborn.schedulerPlace,
      key: `cluster.pools.${stubborn.name}.serving.scheduler`,
      message: "cannot take over requests in the middle, nor hand them over:",
      found: stubborn.scheduler.policy,
      expected: "a policy that takes memory as it is needed, such as vllm-v1",
    });
  }
  const { precision } = halves[0]!;
  const other = halves.find((pool) => pool.precision.kv !== precision.kv);
  if (other !== undefined) {
    throw refuse(["pools", other.name], {
      message: `pool ${halves[0]!.name} hands over caches in ${precision.kv}, but this one keeps them in`,
      found: other.precision.kv,
      expected: "one KV format for all that hand over and take over",
    });
  }
  return { pools, kvTransfer: transferOf(halves[0]!, cluster.kv_transfer) };
}

/** Gives the problems of a pool its path; it was checked as a system of its own. */
function inPool<T>(name: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.problems.map(({ key = "", ...problem }) => ({
        ...problem,
        key: `cluster.pools.${name}.${key.replace(/^cluster\./, "")}`,
      })),
    );
  }
}

function transferOf({ model, precision }: Replicas, written: Written): KvTransferConfig {
  const { latency: latencySeconds, layer_wise: layerWise } = written ?? kvTransferSchema.parse({});
  return {
    ...{ bytesPerToken: kvBytesPerToken(model, precision), latencySeconds },
    ...(layerWise && { overlappedLayers: attentionLayerCount(model) }),
  };
}

/** What all devices of a replica send together over their own links, or what its network card does. */
function linkBytesPerSecond({ device, parallelism }: Replicas, written: Written): number {
  if (written?.over === "nic") return written.bandwidth!;
  const { bytesPerSecond, efficiency } = device.links;
  return deviceCount(parallelism) * bytesPerSecond * efficiency;
}

/** A pool written as a system of its own: what it does not name it has from the system that it belongs to. */
function poolAsSystem(root: LocatedMap, name: string): LocatedMap {
  const cluster = locatedAt(root, ["cluster"]) as LocatedMap;
  const own = locatedAt(cluster, ["pools", name]) as LocatedMap;
  const shared: LocatedMap = {
    ...root,
    entries: new Map(root.entries).set("cluster", entryOf(withoutKeys(cluster, CLUSTER_KEYS))),
  };
  const top = [...own.entries].filter(([key]) => TOP_KEYS.includes(key));
  const below = withoutKeys(own, [...TOP_KEYS, "role"]);
  const over: LocatedMap = { ...own, entries: new Map(top).set("cluster", entryOf(below)) };
  return mergeLocated(shared, over) as LocatedMap;
}

function entryOf(node: Located): LocatedEntry {
  return { keyPlace: node.place, node };
}
