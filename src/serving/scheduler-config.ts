/** Every scheduling policy by its name in scenarios. */
export const SCHEDULERS = [
  "vllm-v1",
  "vllm-v0",
  "sarathi",
  "orca",
  "static",
  "sjf",
  "priority",
  "edf",
  "fair",
  "co-scheduling",
] as const;
export type SchedulerName = (typeof SCHEDULERS)[number];

/** A scheduling policy and what it has to be told. */
export type SchedulerConfig =
  | { readonly policy: "vllm-v1" | "vllm-v0" | "orca" | "static" | "edf" }
  | {
      readonly policy: "sarathi";
      /** Token budget of a step, decodes included; from `maxNumSeqs` to `maxNumBatchedTokens`. */
      readonly chunkTokens: number;
    }
  | {
      readonly policy: "sjf";
      /** Standard deviation of the logarithm of predicted over true output length; 0 for a perfect predictor. */
      readonly predictionError: number;
      /** By how many tokens a second of waiting shortens a request; more than 0. */
      readonly agingTokensPerSecond: number;
    }
  | {
      readonly policy: "priority";
      /** Rank of request classes, the lowest number first; classes that are not named come last. */
      readonly priorities: Readonly<Record<string, number>>;
    }
  | {
      readonly policy: "fair";
      /** What a prompt token and an output token count for; whole numbers. */
      readonly promptWeight: number;
      readonly outputWeight: number;
    }
  | {
      readonly policy: "co-scheduling";
      /** Longest step that a chunk beside decodes may cause. */
      readonly tbtSeconds: number;
      /** Prompt tokens that a step takes even where they make it longer than that. */
      readonly minChunkTokens: number;
    };

/** For people, a line each. */
export const SCHEDULER_MEANING: Readonly<Record<SchedulerName, string>> = {
  "vllm-v1": "running first, token budget, chunked prefill, FCFS, preemption by recompute (vLLM V1)",
  "vllm-v0": "whole prompts first while decodes stand still, preemption by recompute or swap (vLLM V0)",
  sarathi: "decodes first, then chunks of prompts within a fixed token budget (Sarathi-Serve)",
  orca: "whole prompts join the running batch, memory reserved for the whole sequence (Orca)",
  static: "a padded batch runs until all of it is done (FasterTransformer)",
  sjf: "vLLM V1, but shortest predicted output first, ageing against starvation",
  priority: "vLLM V1, but by class; the lowest class gives way when memory is short",
  edf: "vLLM V1, but earliest TTFT deadline first",
  fair: "vLLM V1, but the class that got the fewest tokens first (virtual token counter)",
  "co-scheduling": "decodes first, beside them as much prompt as keeps the step within the TBT target (HDA)",
};

/** Policies that reserve the memory of whole sequences, or of a padded batch. */
export const RESERVING_SCHEDULERS: ReadonlySet<SchedulerName> = new Set(["orca", "static"]);

/** Policies that give blocks with every chunk and token, so that blocks behind a sliding window can come back. */
export const CHUNK_BY_CHUNK_SCHEDULERS: ReadonlySet<SchedulerName> = new Set([
  ...(["vllm-v1", "sjf", "priority", "edf", "fair"] as const),
]);

/** Policies that never split a prompt over steps. */
export const WHOLE_PROMPT_SCHEDULERS: ReadonlySet<SchedulerName> = new Set(["vllm-v0", "orca", "static"]);
