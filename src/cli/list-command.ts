import { deviceAreaMm2 } from "../hardware/area.ts";
import { DEVICES } from "../hardware/catalog.ts";
import type { Device } from "../hardware/device.ts";
import { idleWatts, peakWatts } from "../hardware/power.ts";
import { MODELS } from "../models/catalog.ts";
import { BF16, layerCount, windowClasses } from "../models/llm-model.ts";
import { kvBytesPerToken, parameterCount } from "../models/memory.ts";
import { jsonText } from "../node/result-files.ts";
import { formatNumber } from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";
import { DEFAULT_POLICIES } from "../scenario/schema.ts";
import { ROUTERS, type RouterName } from "../serving/config.ts";
import { SCHEDULER_MEANING, SCHEDULERS } from "../serving/scheduler-config.ts";
import { TRACE_FORMATS } from "../workload/readers/formats.ts";
import type { ListFlags, ListName } from "./flags.ts";

interface Listing {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of text, aligned to the left. */
  readonly text: readonly number[];
  readonly json: readonly Record<string, unknown>[];
}

/** `ador list`. */
export function listCommand(what: ListName, { json }: ListFlags): void {
  const { head, rows, text, json: answer } = LISTINGS[what]();
  process.stdout.write(json === true ? jsonText(answer) : `${plainTable(head, rows, text)}\n`);
}

const LISTINGS: Readonly<Record<ListName, () => Listing>> = {
  models: () => ({
    head: [
      "model",
      "parameters",
      "layers",
      "query heads",
      "KV heads",
      "KV bytes/token",
      "window",
      "positions",
    ],
    text: [0],
    rows: MODELS.map((model) => [
      model.name,
      `${formatNumber(parameterCount(model) / 1e9)} B`,
      String(layerCount(model)),
      String(model.attention.queryHeads),
      model.attention.kind === "grouped" ? String(model.attention.kvHeads) : "latent",
      formatNumber(kvBytesPerToken(model, BF16)),
      windowClasses(model).join(", ") || "-",
      formatNumber(model.maxPositionTokens),
    ]),
    json: MODELS.map((model) => ({
      ...{
        name: model.name,
        parameters: parameterCount(model),
        kv_bytes_per_token: kvBytesPerToken(model, BF16),
      },
      ...{
        layers: layerCount(model),
        max_positions: model.maxPositionTokens,
        window_tokens: windowClasses(model),
      },
    })),
  }),
  devices: () => ({
    head: ["device", "kind", "memory", "bandwidth", "bf16 peak", "links", "area", "idle", "peak power"],
    text: [0, 1],
    rows: DEVICES.map((device) => [
      device.name,
      device.kind === "hda" ? "dataflow" : "GPU",
      `${formatNumber(device.memory.capacityBytes / 2 ** 30)} GiB ${device.memory.kind}`,
      `${formatNumber(device.memory.bytesPerSecond / 1e9)} GB/s`,
      `${formatNumber(bf16PeakFlops(device) / 1e12)} TFLOPS`,
      `${formatNumber(device.links.bytesPerSecond / 1e9)} GB/s`,
      `${formatNumber(deviceAreaMm2(device).totalMm2)} mm²`,
      `${formatNumber(idleWatts(device))} W`,
      `${formatNumber(peakWatts(device))} W`,
    ]),
    json: DEVICES.map((device) => ({
      ...device,
      bf16_peak_flops: bf16PeakFlops(device),
      area_mm2: deviceAreaMm2(device).totalMm2,
      area_blocks: deviceAreaMm2(device).blocks,
      idle_w: idleWatts(device),
      peak_w: peakWatts(device),
    })),
  }),
  policies: () => {
    const policies = [
      ...SCHEDULERS.map((name) => ({
        ...{ setting: "serving.scheduler", name, meaning: SCHEDULER_MEANING[name] },
        default: isDefault("scheduler", name),
      })),
      ...ROUTERS.map((name) => ({
        ...{ setting: "cluster.router", name, meaning: ROUTER_MEANING[name] },
        default: isDefault("router", name),
      })),
    ];
    return {
      head: ["setting", "policy", "", "what it does"],
      text: [0, 1, 2, 3],
      rows: policies.map((policy) => [
        ...[policy.setting, policy.name, policy.default ? "default" : "", policy.meaning],
      ]),
      json: policies,
    };
  },
  formats: () => ({
    head: ["format", "looks like", "what it is"],
    text: [0, 1, 2],
    rows: TRACE_FORMATS.map(({ name, example, description }) => [name, example, description]),
    json: TRACE_FORMATS.map(({ name, example, description }) => ({ name, example, description })),
  }),
};

const ROUTER_MEANING: Readonly<Record<RouterName, string>> = {
  "round-robin": "each request to the next replica in turn",
  random: "each request to any replica, with equal chance",
  "power-of-two": "the better of two replicas drawn at random",
  "least-outstanding": "each request to the replica with the fewest unfinished ones",
  "least-tokens": "each request to the replica whose unfinished ones have the fewest prompt tokens",
  "session-sticky": "a session stays on the replica of its first request",
  "prefix-affinity":
    "the replica that knows most of the prompt, or its session or first block, unless it is too busy",
  "slo-aware": "the least busy replica that is predicted to meet the TTFT target; needs one",
  central: "one queue before all replicas, a request leaves it when a slot is free",
};

function isDefault(setting: keyof typeof DEFAULT_POLICIES, name: string): boolean {
  return DEFAULT_POLICIES[setting] === name;
}

/** Dense matrix peak, a multiply-add being two operations. */
function bf16PeakFlops(device: Device): number {
  if (device.kind === "gpu") return device.tensorFlopsPerSecond;
  const { cores, systolicArray: array, macTree: tree, clockHertz } = device;
  const multipliers =
    array.perCore * array.rows * array.columns + tree.treesPerCore * tree.width * tree.reuse;
  return 2 * cores * multipliers * clockHertz;
}
