import { findDevice } from "../hardware/catalog.ts";
import type { Device } from "../hardware/device.ts";
import type { SloConfig } from "../serving/config.ts";
import type { ScenarioFiles } from "./files.ts";
import { locatedAt, toPlain, type Located, type LocatedMap } from "./located.ts";
import { resolveAvailability } from "./resolve-availability.ts";
import { resolvePools } from "./resolve-pools.ts";
import { resolveReplicas } from "./resolve-replicas.ts";
import { resolveRouting } from "./resolve-routing.ts";
import { schedulerSettings } from "./resolve-scheduler.ts";
import type { Pool, Replicas, System, SystemSettings } from "./scenario.ts";
import { flatten, inSnakeCase, type SettingMap } from "./setting-map.ts";
import type { SystemInput } from "./schema.ts";

/**
 * Looks up, completes and cross-checks one system. Of a cluster of several pools the system's own device, engine and so
 * on are those of the first pool.
 * @param root what was written, for the places of errors
 * @throws InputError for an unknown name, a parallelism or budget that cannot be, a model that does not fit, pools that
 * cannot work together
 */
export function resolveSystem(
  name: string,
  root: LocatedMap,
  input: SystemInput,
  slo: SloConfig,
  files: ScenarioFiles,
): System {
  const routing = resolveRouting(root, input.cluster, slo);
  const pooled = resolvePools(root, input, slo, files);
  const replicas = pooled === undefined ? resolveReplicas(root, input, slo, files) : firstOf(pooled.pools);
  const availability = resolveAvailability(root, input, { replicas: replicas.replicas, ...pooled });
  return {
    name,
    ...replicas,
    ...routing,
    ...pooled,
    ...availability,
    settings: settingsOf(root, input, replicas, pooled, files),
  };
}

function firstOf(pools: readonly Pool[]): Replicas {
  const { name: _name, role: _role, linkBytesPerSecond: _link, ...replicas } = pools[0]!;
  return replicas;
}

function settingsOf(
  root: Located,
  input: SystemInput,
  { model, device, precision, engine }: Replicas,
  pooled: Pick<System, "pools" | "kvTransfer"> | undefined,
  files: ScenarioFiles,
): SystemSettings {
  const { weights, experts, kv, activations } = precision;
  const { kv_offload: offload, speculative, ...serving } = input.serving;
  return {
    model: model.name,
    precision: { weights, experts, kv, activations },
    device: device.name,
    ...deviceSettings(root, input.device, device),
    cluster: { ...clusterSettings(input.cluster), ...(pooled !== undefined && poolSettings(pooled)) },
    serving: {
      ...serving,
      ...(speculative !== undefined && { speculative }),
      ...(offload !== undefined && { kv_offload: inSnakeCase(offload) }),
      scheduler: schedulerSettings(serving.scheduler),
      max_model_len: engine.maxModelLen,
      enable_chunked_prefill: engine.enableChunkedPrefill,
      kv_blocks: engine.kvBlocks,
    },
    ...(input.cost !== undefined && { cost: { profile: files.baseName(input.cost.profile) } }),
  };
}

function clusterSettings({
  admission,
  pools: _pools,
  kv_transfer: _transfer,
  failures,
  autoscaling,
  ...cluster
}: SystemInput["cluster"]): SettingMap {
  return {
    ...inSnakeCase(cluster),
    ...(admission !== undefined && { admission: inSnakeCase(admission) }),
    ...(failures !== undefined && { failures: inSnakeCase(failures) }),
    ...(autoscaling !== undefined && { autoscaling: inSnakeCase(autoscaling) }),
  };
}

function poolSettings({ pools = [], kvTransfer }: Pick<System, "pools" | "kvTransfer">): SettingMap {
  return {
    pools: Object.fromEntries(
      pools.map(({ name, role, replicas, device, precision, parallelism, scheduler, engine }) => [
        name,
        {
          ...{ role, replicas, device: device.name, ...inSnakeCase(parallelism) },
          ...{ weights: precision.weights, kv: precision.kv, scheduler: scheduler.policy },
          ...{ max_num_seqs: engine.maxNumSeqs, max_num_batched_tokens: engine.maxNumBatchedTokens },
          ...{ max_model_len: engine.maxModelLen, kv_blocks: engine.kvBlocks },
        },
      ]),
    ),
    ...(kvTransfer !== undefined && { kv_transfer: inSnakeCase(kvTransfer) }),
  };
}

/** What it takes to build the same device again: the preset and what was changed, or every field. */
function deviceSettings(
  root: Located,
  { base }: SystemInput["device"],
  device: Device,
): Pick<SystemSettings, "device_base" | "device_overrides" | "device_template"> {
  const written = toPlain(locatedAt(root, ["device"])!);
  const changes = typeof written === "object" && written !== null ? flatten(written) : [];
  return {
    device_base: findDevice(base).name,
    device_overrides: Object.fromEntries(changes.filter(([path]) => path !== "base" && path !== "name")),
    device_template: inSnakeCase(device),
  };
}
