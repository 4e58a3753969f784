import * as z from "zod";
import { SCHEDULERS } from "../serving/scheduler-config.ts";
import { positiveQuantity, quantity } from "./quantity-schema.ts";

/** vLLM's swap_space. */
const DEFAULT_SWAP_BYTES = 4 * 2 ** 30;
/** About what a PCIe link of 16 lanes of the fourth generation delivers. */
const DEFAULT_SWAP_BYTES_PER_SECOND = 25e9;

const wholeWeight = (description: string, value: number) =>
  z.int().min(0).default(value).meta({ description });

/** Every policy with the settings that belong to it alone. */
const policySchema = z.discriminatedUnion("policy", [
  z.strictObject({ policy: z.literal("vllm-v1") }),
  z
    .strictObject({
      policy: z.literal("vllm-v0"),
      preemption: z
        .enum(["recompute", "swap"])
        .default("recompute")
        .meta({ description: "What happens to the cache of a preempted request" }),
      swap_space: quantity(
        "bytes",
        "Room for swapped caches on the host, per device; 4GiB when absent",
      ).optional(),
      swap_bandwidth: positiveQuantity(
        "bytesPerSecond",
        "Of the link to the host, per device; 25GB/s when absent",
      ).optional(),
    })
    .refine(
      ({ preemption, swap_space: space, swap_bandwidth: bandwidth }) =>
        preemption === "swap" || (space === undefined && bandwidth === undefined),
      { error: "swap_space and swap_bandwidth belong to preemption: swap" },
    )
    .transform(({ policy, preemption, swap_space, swap_bandwidth }) =>
      preemption === "recompute"
        ? { policy, preemption }
        : {
            ...{ policy, preemption },
            swap_space: swap_space ?? DEFAULT_SWAP_BYTES,
            swap_bandwidth: swap_bandwidth ?? DEFAULT_SWAP_BYTES_PER_SECOND,
          },
    ),
  z.strictObject({
    policy: z.literal("sarathi"),
    chunk_size: z.int().min(1).default(512).meta({
      description: "Token budget of a step, decodes included; max_num_batched_tokens when that is less",
    }),
  }),
  z.strictObject({ policy: z.literal("orca") }),
  z.strictObject({ policy: z.literal("static") }),
  z.strictObject({
    policy: z.literal("sjf"),
    prediction_error: z.number().min(0).default(0).meta({
      description: "Standard deviation of ln(predicted / true output tokens); 0 knows them",
    }),
    aging: z.number().gt(0).default(10).meta({
      description: "Tokens by which every second of waiting makes a request look shorter",
    }),
  }),
  z.strictObject({
    policy: z.literal("priority"),
    priorities: z
      .record(z.string(), z.int().min(0))
      .default({})
      .meta({ description: "Rank of request classes: 0 goes first, classes that are not named last" }),
  }),
  z.strictObject({ policy: z.literal("edf") }),
  z.strictObject({
    policy: z.literal("fair"),
    prompt_weight: wholeWeight("What a prompt token counts for in the service of a class", 1),
    output_weight: wholeWeight("What an output token counts for", 2),
  }),
  z.strictObject({
    policy: z.literal("co-scheduling"),
    min_chunk: z.int().min(1).default(64).meta({
      description: "Prompt tokens that a step takes even where they make it longer than the TBT target",
    }),
  }),
]);

/** A policy by its name, or with its settings. */
export const schedulerSchema = z
  .union([z.enum(SCHEDULERS).transform((policy) => policySchema.parse({ policy })), policySchema])
  .meta({ description: "Batching policy: its name, or {policy: name} with its settings" });

export type SchedulerInput = z.output<typeof schedulerSchema>;
