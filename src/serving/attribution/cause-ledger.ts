import { doubled } from "../../core/doubled.ts";
import type { SloConfig } from "../config.ts";
import { targetsOf } from "../metrics/slo.ts";
import type { RequestLog } from "../request-log.ts";
import { CauseRows, GAP, TTFT } from "./cause-rows.ts";
import { CAUSE, CAUSE_COUNT } from "./causes.ts";

/**
 * What the requests in flight have waited for since they arrived, or since their last token where the next one is held
 * back. One for all replicas, since requests move between them.
 */
export class CauseLedger {
  readonly rows: CauseRows;
  /** Gaps longer than this are explained, by class, and the shortest of these limits. */
  readonly gapLimitSeconds: readonly number[];
  readonly leastGapLimitSeconds: number;
  /** 1 for requests that have been preempted since. */
  preempted: Uint8Array;
  /** Readings of the clocks of the replica when the request began to wait there. */
  slotMark: Float64Array;
  blockMark: Float64Array;
  /** When a request was handed over, or its cache set out. */
  movingSinceSeconds: Float64Array;
  readonly #log: RequestLog;
  /** The row of each request that is open. */
  #openRow: Int32Array;

  constructor(log: RequestLog, slo: SloConfig) {
    const requests = log.arrivalSeconds.length;
    this.#log = log;
    this.rows = new CauseRows(requests);
    this.preempted = new Uint8Array(requests);
    this.slotMark = new Float64Array(requests);
    this.blockMark = new Float64Array(requests);
    this.movingSinceSeconds = new Float64Array(requests);
    this.#openRow = new Int32Array(requests);
    const ofRun = slo.run.filter(({ metric }) => metric === "tbt").map(({ seconds }) => seconds);
    const limit = Math.min(...ofRun);
    this.gapLimitSeconds = log.classes.map((name) => targetsOf(slo, name).maxTbtSeconds ?? limit);
    this.leastGapLimitSeconds = Math.min(...this.gapLimitSeconds);
  }

  /** Place of the causes of a request in `rows.causeSeconds`, until the next row opens. */
  causesOf(request: number): number {
    return this.#openRow[request]! * CAUSE_COUNT;
  }

  add(request: number, cause: number, seconds: number): void {
    this.rows.causeSeconds[this.causesOf(request) + cause]! += seconds;
  }

  /** A request enters a queue, for the first time or from the beginning. */
  begin(request: number, seconds: number): void {
    while (request >= this.preempted.length) this.#grow();
    this.#open(request, TTFT);
    this.add(request, CAUSE.routing, seconds - this.#log.arrivalSeconds[request]!);
  }

  /** The next token of a request is held back from here on. */
  beginStall(request: number): void {
    this.#open(request, GAP);
  }

  firstToken(request: number, seconds: number): void {
    this.rows.close(this.#openRow[request]!, seconds, seconds - this.#log.arrivalSeconds[request]!);
  }

  endStall(request: number, seconds: number, gapSeconds: number): void {
    const limit = this.gapLimitSeconds[this.#log.classIndex[request]!]!;
    if (gapSeconds > limit) this.rows.close(this.#openRow[request]!, seconds, gapSeconds);
  }

  #open(request: number, quantity: number): void {
    this.preempted[request] = 0;
    this.#openRow[request] = this.rows.open(request, quantity);
  }

  #grow(): void {
    this.preempted = doubled(this.preempted);
    this.slotMark = doubled(this.slotMark);
    this.blockMark = doubled(this.blockMark);
    this.movingSinceSeconds = doubled(this.movingSinceSeconds);
    this.#openRow = doubled(this.#openRow);
  }
}
