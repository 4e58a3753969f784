import type { RequestLog } from "../request-log.ts";
import { STATUS } from "../result.ts";

/** Rounding that a sum of gaps may show against the difference of two times, as a fraction. */
const TOLERANCE = 1e-6;

/** What one pass over the records of a run adds up, for its metrics and its audit. */
export class Tally {
  /** Requests by status, indexed by the numbers of `STATUS`. */
  readonly byStatus = new Int32Array(Object.keys(STATUS).length);
  /** Records whose status, finish time and reject reason contradict each other. */
  inconsistent = 0;
  /** Completed requests whose times do not rise from arrival to finish, or whose gaps cannot add up to their span. */
  outOfOrder = 0;
  /** Output tokens of the completed requests. */
  outputTokens = 0;
  /** Output tokens after the first of completed, measured requests: as many gaps must have been seen. */
  gapsDue = 0;
  /** Tokens that completed requests left in the cache: all but the last one sampled. */
  storedTokens = 0;
  /** Σ (end − arrival) of all requests that ended, in seconds. */
  sojournSeconds = 0;
  /** Σ over the completed requests of the time from arrival to the first step, and from there to the first token. */
  queueSeconds = 0;
  prefillSeconds = 0;
  /** Σ (finish − first token) of the completed, measured requests, in seconds. */
  decodeSeconds = 0;
  /** Completed requests inside the measurement window, and their tokens. */
  measured = 0;
  measuredInputTokens = 0;
  measuredOutputTokens = 0;

  constructor(log: RequestLog) {
    for (let row = 0; row < log.length; row++) {
      const status = log.status[row]!;
      this.byStatus[status]!++;
      if (!Number.isNaN(log.endSeconds[row]!))
        this.sojournSeconds += log.endSeconds[row]! - log.arrivalSeconds[row]!;
      if (status === STATUS.completed) this.#addCompleted(log, row);
      else if (!isOpenOrRefused(log, row, status)) this.inconsistent++;
    }
  }

  #addCompleted(log: RequestLog, row: number): void {
    const arrival = log.arrivalSeconds[row]!;
    const first = log.firstTokenSeconds[row]!;
    const finish = log.finishSeconds[row]!;
    const inputTokens = log.inputTokens[row]!;
    const outputTokens = log.outputTokens[row]!;
    const scheduled = log.firstScheduledSeconds[row]!;
    if (log.rejectReason[row] !== 0 || log.endSeconds[row] !== finish) this.inconsistent++;
    const rising = arrival <= scheduled && scheduled < first && first <= finish;
    const longestSpan = log.maxTbtSeconds[row]! * (outputTokens - 1) * (1 + TOLERANCE);
    if (!rising || (outputTokens > 1 && !(finish - first <= longestSpan))) this.outOfOrder++;
    this.queueSeconds += scheduled - arrival;
    this.prefillSeconds += first - scheduled;
    this.outputTokens += outputTokens;
    this.storedTokens += inputTokens + outputTokens - 1;
    if (log.measured[row] === 0) return;
    this.measured++;
    this.decodeSeconds += finish - first;
    this.measuredInputTokens += inputTokens;
    this.measuredOutputTokens += outputTokens;
    this.gapsDue += outputTokens - 1;
  }
}

/**
 * A request that did not complete has no finish time, an end exactly when it is no longer open, and a reason exactly
 * when it was rejected.
 */
function isOpenOrRefused(log: RequestLog, row: number, status: number): boolean {
  const open = status === STATUS.unfinished || status === STATUS.interrupted;
  return (
    Number.isNaN(log.finishSeconds[row]!) &&
    Number.isNaN(log.endSeconds[row]!) === open &&
    (status === STATUS.rejected) === log.rejectReason[row]! > 0
  );
}
