import { stringify } from "csv-stringify/browser/esm/sync";
import type { Timeline } from "../serving/result.ts";

/** `timeline.csv`: evenly spaced samples over all replicas; seconds on the trace's clock, KV use as a share (0..1). */
export function timelineCsv({ seconds, running, waiting, kvUtilization }: Timeline): string {
  return stringify([
    ["time_s", "running", "waiting", "kv_utilization"],
    ...seconds.map((time, i) => [time, running[i]!, waiting[i]!, kvUtilization[i]!]),
  ]);
}
