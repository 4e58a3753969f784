import type { Cause } from "../serving/attribution/causes.ts";

/** What people read for a cause. */
export const CAUSE_NAMES: Readonly<Record<Cause, string>> = {
  routing: "routing and retries",
  slot_wait: "waiting for a slot",
  kv_wait: "waiting for KV blocks",
  own_prefill: "own prompt",
  other_prefill: "prompts of others",
  own_decode: "own token",
  batch_growth: "batch",
  context_growth: "contexts",
  preemption: "preemption and recompute",
  transfer: "moving caches",
  collectives: "collectives",
  host: "host",
};
