import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Text of the chart library that report pages carry inside; it defines the global `echarts`. */
export function chartLibrary(): string {
  return readFileSync(fileURLToPath(import.meta.resolve("echarts/dist/echarts.common.min.js")), "utf8");
}
