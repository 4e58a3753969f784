import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** Text of the chart library that report pages carry inside; it defines the global `echarts`. */
export function chartLibrary(): string {
  return readFileSync(createRequire(import.meta.url).resolve("echarts/dist/echarts.common.min.js"), "utf8");
}
