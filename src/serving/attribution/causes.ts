/** Why a first token, or the next one, came no sooner, as columns of the attribution. They add up to the whole time. */
export const CAUSES = [
  /** Before the queue of the replica that answered: routing, attempts that came to nothing, restarts. */
  "routing",
  /** In the queue, while a running step had to end or others had all seats or all tokens of the batch. */
  "slot_wait",
  /** In the queue, while its KV blocks were not free. */
  "kv_wait",
  /** Its own prompt. */
  "own_prefill",
  /** Prompts of others in the same steps, or instead of them. */
  "other_prefill",
  /** What a token would take if nobody else were there and nothing came before it. */
  "own_decode",
  /** Others who decode in the same steps. */
  "batch_growth",
  /** Longer contexts, its own and those of the others. */
  "context_growth",
  /** Waiting after a preemption, and computing again what was lost by it. */
  "preemption",
  /** Caches on their way to the host and back, or to another replica. */
  "transfer",
  /** Devices of a replica that only exchange data. */
  "collectives",
  /** Devices that wait for their host. */
  "host",
] as const;
export type Cause = (typeof CAUSES)[number];

export const CAUSE_COUNT = CAUSES.length;

/** Column of each cause. */
export const CAUSE = {
  routing: 0,
  slotWait: 1,
  kvWait: 2,
  ownPrefill: 3,
  otherPrefill: 4,
  ownDecode: 5,
  batchGrowth: 6,
  contextGrowth: 7,
  preemption: 8,
  transfer: 9,
  collectives: 10,
  host: 11,
} as const;
