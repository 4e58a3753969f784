import type { SloConfig } from "../config.ts";
import type { RequestLog } from "../request-log.ts";
import { STATUS } from "../result.ts";
import { meetsTargets, targetsOf } from "./slo.ts";

/** Counts requests that ended without meeting their targets, for a run that is of no use with too many of them. */
export class MissLimit {
  readonly #log: RequestLog;
  readonly #slo: SloConfig;
  readonly #most: number;
  #misses = 0;

  constructor(log: RequestLog, slo: SloConfig, mostMisses: number) {
    this.#log = log;
    this.#slo = slo;
    this.#most = mostMisses;
  }

  get passed(): boolean {
    return this.#misses > this.#most;
  }

  /** A request ended, with its status in the log. */
  count(request: number): void {
    const log = this.#log;
    const status = log.status[request]!;
    if (log.measured[request] === 0 || status === STATUS.cancelled) return;
    const targets = targetsOf(this.#slo, log.classes[log.classIndex[request]!]!);
    if (status !== STATUS.completed || !meetsTargets(log, request, targets)) this.#misses++;
  }
}
