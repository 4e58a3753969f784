import { defineFormat } from "./define-format.ts";

/** github.com/casys-kaist/LLMServingSim: request traces; the token ids beside the lengths are not needed. */
export const llmservingsimFormat = defineFormat({
  name: "llmservingsim",
  description: "LLMServingSim traces (JSONL)",
  example: '{"input_toks": 128, "output_toks": 512, "arrival_time_ns": 46926808}',
  notations: ["jsonl"],
  fields: [["arrival_time_ns"], ["input_toks"], ["output_toks"], [], [], []],
  known: [],
  ticksPerSecond: 1e9,
});
