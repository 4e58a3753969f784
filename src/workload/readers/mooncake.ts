import { defineFormat } from "./define-format.ts";

/** Prompt tokens that one hash id stands for. Source: the README of github.com/kvcache-ai/Mooncake, FAST25-release. */
export const MOONCAKE_BLOCK_TOKENS = 512;

/** github.com/kvcache-ai/Mooncake (FAST 2025): timestamps in milliseconds, equal hash ids mean equal prompt prefixes. */
export const mooncakeFormat = defineFormat({
  name: "mooncake",
  description: "Mooncake traces with prefix blocks (JSONL)",
  example: '{"timestamp": 0, "input_length": 6758, "output_length": 500, "hash_ids": [0, 1, 2]}',
  notations: ["jsonl"],
  fields: [["timestamp"], ["input_length"], ["output_length"], [], ["session_id"], ["hash_ids"]],
  known: [],
  ticksPerSecond: 1e3,
  blockTokens: MOONCAKE_BLOCK_TOKENS,
});
