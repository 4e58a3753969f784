import { defineFormat } from "./define-format.ts";

/** github.com/HPMLL/BurstGPT: timestamps in seconds; requests that failed have no response tokens. */
export const burstgptFormat = defineFormat({
  name: "burstgpt",
  description: "BurstGPT traces (CSV)",
  example: "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type",
  notations: ["csv"],
  fields: [["Timestamp"], ["Request tokens"], ["Response tokens"], [], [], []],
  known: ["Model", "Total tokens", "Log Type", "Session ID", "Elapsed time"],
  ticksPerSecond: 1,
  failedRowsHaveNoOutput: true,
});
