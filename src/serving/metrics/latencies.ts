import { distributionOf, type Distribution } from "../../core/quantiles.ts";
import type { RequestLog } from "../request-log.ts";
import { STATUS } from "../result.ts";
import { tpotSeconds } from "./tpot.ts";

/** Per-request times of the completed, measured requests. */
export interface Latencies {
  readonly ttft: Distribution;
  readonly tpot: Distribution;
  readonly e2e: Distribution;
  readonly queue: Distribution;
}

/** @param count how many completed, measured requests the log holds */
export function latenciesOf(log: RequestLog, count: number): Latencies {
  const ttft = new Float64Array(count);
  const tpot = new Float64Array(count);
  const e2e = new Float64Array(count);
  const queue = new Float64Array(count);
  let filled = 0;
  let multiToken = 0;
  for (let row = 0; row < log.length; row++) {
    if (log.status[row] !== STATUS.completed || log.measured[row] === 0) continue;
    const arrival = log.arrivalSeconds[row]!;
    ttft[filled] = log.firstTokenSeconds[row]! - arrival;
    e2e[filled] = log.finishSeconds[row]! - arrival;
    queue[filled] = log.firstScheduledSeconds[row]! - arrival;
    filled++;
    if (log.outputTokens[row]! > 1) tpot[multiToken++] = tpotSeconds(log, row);
  }
  return {
    ttft: distributionOf(ttft),
    tpot: distributionOf(tpot.subarray(0, multiToken)),
    e2e: distributionOf(e2e),
    queue: distributionOf(queue),
  };
}
