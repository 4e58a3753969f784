import * as z from "zod";
import { FORMATS, type Format } from "../models/precision.ts";
import { ROUTERS, RUN_METRICS, RUN_STATISTICS, type RouterName, type RunTarget } from "../serving/config.ts";
import { TENSOR_PARALLEL_STYLES } from "../perf/operator-makers.ts";
import type { SchedulerName } from "../serving/scheduler-config.ts";
import { admissionSchema } from "./admission-schema.ts";
import { autoscalingSchema, failuresSchema } from "./availability-schema.ts";
import { clientsSchema } from "./clients-schema.ts";
import { deviceSchema, poolDeviceSchema } from "./device-schema.ts";
import { quantity, positiveQuantity } from "./quantity-schema.ts";
import { schedulerSchema } from "./scheduler-schema.ts";
import { workloadSchema } from "./workload-schema.ts";

// Scenarios are parsed once: compiling a parser for each map costs more than it saves, and a page may forbid it.
z.config({ jitless: true });

const count = (description: string) => z.int().min(1).meta({ description });

const formats = Object.keys(FORMATS) as Format[];
const format = (description: string) => z.enum(formats).meta({ description }).optional();

const precisionParts = z.strictObject({
  weights: format("Format of the weights in memory"),
  experts: format("Format of the weights of routed experts; like weights when absent"),
  kv: format("Format of the KV cache"),
  activations: format("Format of the operands of matrix products"),
});

const precisionSchema = z
  .union([
    z.enum(formats).transform((name) => ({ weights: name, experts: name, kv: name, activations: name })),
    precisionParts,
  ])
  .meta({
    description:
      "Number formats: one name for all, or weights, experts, kv and activations apart; what the checkpoint is released in, else bf16, where nothing is said",
  });

/** Policies of a scenario that names none. */
export const DEFAULT_POLICIES: { readonly scheduler: SchedulerName; readonly router: RouterName } = {
  scheduler: "vllm-v1",
  router: "least-outstanding",
};

const skewExponent = z.number().gt(0).meta({ description: "How steeply popularity falls" });

const expertSkewSchema = z
  .union([
    z.enum(["balanced", "uniform"]).transform((kind) => ({ kind })),
    z
      .strictObject({ zipf: skewExponent })
      .transform(({ zipf }) => ({ kind: "zipf" as const, exponent: zipf })),
    z
      .strictObject({ power_law: skewExponent })
      .transform(({ power_law }) => ({ kind: "power-law" as const, exponent: power_law })),
  ])
  .meta({
    description:
      "How tokens spread over experts: balanced (dealt out evenly), uniform (each by chance), {zipf: s} or {power_law: a}",
  });

/** How many copies of the model there are, and how each is cut over its devices. */
const replicaShape = {
  replicas: count("Identical copies of the model").default(1),
  tensor_parallel: count("Devices that share every layer; must divide the attention heads").default(1),
  pipeline_parallel: count("Stages of consecutive layers, each on devices of its own").default(1),
  expert_parallel: count("Groups of a stage's devices that whole experts are dealt to").default(1),
  data_parallel_attention: count(
    "Copies of everything but the experts within a stage, each with sequences of its own",
  ).default(1),
  tensor_parallel_style: z.enum(TENSOR_PARALLEL_STYLES).default("all-reduce").meta({
    description: "How devices put their parts together: sums of row-parallel products, or gathered columns",
  }),
  expert_skew: expertSkewSchema.prefault("uniform"),
};

const tierSchema = (description: string) =>
  z
    .strictObject({
      capacity: positiveQuantity("bytes", "Room for KV blocks, per device"),
      bandwidth: positiveQuantity("bytesPerSecond", "At which blocks come back, per device"),
    })
    .optional()
    .meta({ description });

const kvOffloadSchema = z
  .strictObject({
    host: tierSchema("Memory of the host"),
    disk: tierSchema("Disk, for what the host has no room for"),
    load: z.enum(["when-faster", "always"]).default("when-faster").meta({
      description: "Bring blocks back where that is faster than computing them again, or always",
    }),
  })
  .refine(({ host, disk }) => host !== undefined || disk !== undefined, {
    error: "needs a host, a disk or both",
  })
  .meta({ description: "Where cached blocks go that the pool has no room for" });

/** Formats of the KV cache by vLLM's names; the two kinds of fp8 take the same room and time. */
const KV_CACHE_DTYPES = ["auto", "bfloat16", "fp8", "fp8_e4m3", "fp8_e5m2"] as const;

const speculativeSchema = z
  .strictObject({
    num_speculative_tokens: count("Tokens drafted for every decoding sequence and step"),
    acceptance_rate: z
      .number()
      .min(0)
      .max(1)
      .meta({ description: "Chance that a drafted token is accepted when those before it are (0..1)" }),
    draft_cost: z.number().min(0).default(0).meta({
      description: "Time to draft one token, as a share of the time of a step without drafts",
    }),
  })
  .meta({ description: "Speculative decoding: tokens are drafted and verified together" });

const servingSchema = z.strictObject({
  scheduler: schedulerSchema.prefault(DEFAULT_POLICIES.scheduler),
  max_num_seqs: count("Sequences that may run at the same time on one replica").default(256),
  max_num_batched_tokens: count("Token budget of one step; at least max_num_seqs").default(2048),
  max_model_len: count("Longest prompt plus output in tokens; the model's own limit when absent").optional(),
  block_size: count("Tokens of one KV block").default(16),
  gpu_memory_utilization: z
    .number()
    .gt(0)
    .max(1)
    .default(0.9)
    .meta({ description: "Share of device memory for weights, activations and KV cache (0..1)" }),
  enable_chunked_prefill: z
    .boolean()
    .optional()
    .meta({ description: "Split long prompts over several steps; as the scheduler does when absent" }),
  long_prefill_token_threshold: z.int().min(0).default(0).meta({
    description: "Longest prefill chunk of one request in tokens; 0 for no limit besides the budget",
  }),
  kv_blocks: count("KV blocks of one replica, instead of what fits in device memory").optional(),
  speculative: speculativeSchema.optional(),
  kv_cache_dtype: z
    .enum(KV_CACHE_DTYPES)
    .default("auto")
    .meta({ description: "Format of the KV cache by vLLM's names; auto takes that of precision" }),
  enable_prefix_caching: z
    .boolean()
    .default(false)
    .meta({ description: "Share the KV blocks of prompts that begin alike" }),
  kv_offload: kvOffloadSchema.optional(),
});

const costSchema = z
  .strictObject({
    profile: z
      .string()
      .meta({ description: "CSV of what the parts of a step take, as measured or from ador profile" }),
  })
  .meta({ description: "Where the seconds of a step come from, if not from the model of the device" });

const poolSchema = z.strictObject({
  role: z
    .enum(["both", "prefill", "decode"])
    .default("both")
    .meta({ description: "Whole requests, or the prompts or the answers of requests alone" }),
  ...replicaShape,
  device: poolDeviceSchema.optional(),
  precision: precisionSchema.optional(),
  cost: costSchema.optional(),
  serving: servingSchema.optional(),
});

export const kvTransferSchema = z
  .strictObject({
    over: z
      .enum(["p2p", "nic"])
      .default("p2p")
      .meta({ description: "The links of all devices of a replica, or a network card of its own" }),
    bandwidth: positiveQuantity(
      "bytesPerSecond",
      "Of one replica's network card in one direction",
    ).optional(),
    latency: quantity("seconds", "From the last byte sent to the cache in place").default(10e-6),
    layer_wise: z
      .boolean()
      .default(true)
      .meta({ description: "Send each layer as soon as it is computed, beside the rest of the prefill" }),
  })
  .refine(({ over, bandwidth }) => (over === "nic") === (bandwidth !== undefined), {
    error: "a bandwidth is that of a network card: it goes with over: nic, and over: nic needs it",
  })
  .meta({ description: "How caches move from the replicas of prompts to those of answers" });

const clusterSchema = z.strictObject({
  ...replicaShape,
  router: z
    .enum(ROUTERS)
    .default(DEFAULT_POLICIES.router)
    .meta({ description: "How requests are spread over replicas" }),
  pools: z
    .record(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "letters, digits, dots, dashes and underscores"),
      poolSchema,
    )
    .optional()
    .meta({ description: "Several kinds of replicas; what a pool does not name is that of the system" }),
  kv_transfer: kvTransferSchema.optional(),
  router_delay: quantity(
    "seconds",
    "The router sees the replicas as they were so long ago, its own latest decisions included",
  ).default(0),
  admission: admissionSchema.optional(),
  failures: failuresSchema.optional(),
  autoscaling: autoscalingSchema.optional(),
});

const REQUEST_TARGETS = ["ttft", "tpot", "max_tbt", "e2e"] as const;

/** Targets on the whole run by their names: `ttft_p99`, `tbt_p99`… `max_tbt` judges requests, so `tbt_max` is not it. */
export const RUN_TARGETS: ReadonlyMap<string, Pick<RunTarget, "metric" | "statistic">> = new Map(
  RUN_METRICS.flatMap((metric) =>
    RUN_STATISTICS.map((statistic) => [`${metric}_${statistic}`, { metric, statistic }] as const),
  ),
);

const REQUEST_TARGET_MEANING: Record<(typeof REQUEST_TARGETS)[number], string> = {
  ttft: "Time from arrival to the first token of a request",
  tpot: "Mean time per output token of a request after the first",
  max_tbt: "Longest gap between two tokens of a request",
  e2e: "Time from arrival to the last token of a request",
};

const target = (meaning: string) => positiveQuantity("seconds", meaning).optional();

const requestTargetShape = Object.fromEntries(
  REQUEST_TARGETS.map((name) => [name, target(REQUEST_TARGET_MEANING[name])] as const),
);

const runTargetShape = Object.fromEntries(
  [...RUN_TARGETS].map(
    ([name, { metric, statistic }]) => [name, target(`The run's ${statistic} of ${metric}`)] as const,
  ),
);

const sloSchema = z.strictObject({ ...requestTargetShape, ...runTargetShape }).extend({
  by_class: z
    .record(z.string(), z.strictObject(requestTargetShape))
    .optional()
    .meta({ description: "Targets of single request classes, instead of those above" }),
});

const measurementSchema = z.strictObject({
  warmup: quantity(
    "seconds",
    "Requests that arrive in the first seconds are simulated, not measured",
  ).default(0),
  drain: quantity("seconds", "Requests that arrive in the last seconds are simulated, not measured").default(
    0,
  ),
});

/** What one system may set for itself. */
const systemShape = {
  model: z
    .string()
    .meta({ description: "Name from `ador list models`, or the path of a Hugging Face config.json" }),
  precision: precisionSchema.prefault({}),
  device: deviceSchema,
  cost: costSchema.optional(),
  cluster: clusterSchema.prefault({}).meta({ description: "How many devices, and how requests reach them" }),
  serving: servingSchema.prefault({}).meta({ description: "Engine settings by vLLM's names" }),
};

/** What all systems of a scenario share. */
const sharedShape = {
  name: z.string().min(1).optional().meta({ description: "Name in results; the file's name when absent" }),
  description: z.string().optional().meta({ description: "What the scenario shows" }),
  seed: z.int().min(0).default(0).meta({ description: "Seed of every random stream" }),
  workload: workloadSchema,
  slo: sloSchema
    .prefault({})
    .meta({ description: "Service level: targets per request and on the whole run" }),
  clients: clientsSchema.optional(),
  measurement: measurementSchema.prefault({}).meta({ description: "Windows left out of the measurement" }),
};

const systemOverrides = z
  .strictObject({
    model: systemShape.model.optional(),
    precision: systemShape.precision.optional(),
    device: systemShape.device.optional(),
    cost: systemShape.cost,
    cluster: systemShape.cluster.optional(),
    serving: systemShape.serving.optional(),
  })
  .nullable();

/** A scenario file as it is written. */
export const fileSchema = z.strictObject({
  ...sharedShape,
  ...systemShape,
  workload: workloadSchema.optional(),
  model: systemShape.model.optional(),
  device: systemShape.device.optional(),
  extends: z
    .string()
    .optional()
    .meta({ description: "Another scenario that this one refines, relative to this file" }),
  explore: z
    .unknown()
    .optional()
    .meta({ description: "What a search may vary, within what and for what; only ador explore looks at it" }),
  worth: z
    .unknown()
    .optional()
    .meta({ description: "What devices, electricity and designs cost; only ador explore looks at it" }),
  systems: z
    .record(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "must be usable as a folder name"),
      systemOverrides,
    )
    .optional()
    .meta({ description: "Several systems under the same traffic, each with what it changes" }),
});

/** One system of a scenario, complete. */
export const systemSchema = z.strictObject({ ...sharedShape, ...systemShape });
export type SystemInput = z.output<typeof systemSchema>;
