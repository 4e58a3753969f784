import { defineFormat } from "./define-format.ts";

/** Prompt and output lengths alone, as vLLM's benchmarks and ShareGPT extracts list them. */
export const lengthsFormat = defineFormat({
  name: "lengths",
  description: "lengths without arrivals (CSV or JSONL); needs an arrival process",
  example: "input_tokens,output_tokens (or prompt_len,output_len)",
  notations: ["csv", "jsonl"],
  fields: [[], ["input_tokens", "prompt_len"], ["output_tokens", "output_len"], ["class"], [], []],
  known: [],
  strict: true,
  ticksPerSecond: 1,
});
