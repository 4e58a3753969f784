import { defineFormat } from "./define-format.ts";

/** The project's own notation; `class` and `session_id` are optional. */
export const plainCsvFormat = defineFormat({
  name: "csv",
  description: "plain CSV, times in seconds; also class and session_id",
  example: "arrival_s,input_tokens,output_tokens",
  notations: ["csv"],
  fields: [["arrival_s"], ["input_tokens"], ["output_tokens"], ["class"], ["session_id"], []],
  known: [],
  ticksPerSecond: 1,
});
