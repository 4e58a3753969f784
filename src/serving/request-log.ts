import { doubled } from "../core/doubled.ts";
import type { RequestDraft } from "../workload/request.ts";
import { REJECT_REASONS, STATUS, type RequestRecords } from "./result.ts";

/** Where a request is in its life, as numbers in the `phase` column. */
export const PHASE = { waiting: 0, prefilling: 1, decoding: 2, ended: 3 } as const;

/** Rows before their number is known. */
const FIRST_CAPACITY = 1024;

/**
 * All requests of a run as growing columns: the records of `RequestRecords`, and beside them the working state of the
 * requests in flight. A request is a row number. The one owner of these arrays; replicas and ledgers write through it.
 */
export class RequestLog implements RequestRecords {
  length = 0;
  readonly classes: readonly string[];

  sourceRow: Int32Array;
  classIndex: Uint16Array;
  sessionId: Int32Array;
  arrivalSeconds: Float64Array;
  inputTokens: Int32Array;
  outputTokens: Int32Array;
  replica: Int32Array;
  firstScheduledSeconds: Float64Array;
  firstTokenSeconds: Float64Array;
  finishSeconds: Float64Array;
  maxTbtSeconds: Float64Array;
  preemptions: Int32Array;
  sloMet: Uint8Array;
  status: Uint8Array;
  rejectReason: Uint8Array;

  /** 1 when the request arrived inside the measurement window. */
  measured: Uint8Array;
  phase: Uint8Array;
  /** Tokens whose keys and values are in the cache; kept by the decode ledger while the request decodes. */
  computedTokens: Int32Array;
  /** Output tokens so far; kept by the decode ledger while the request decodes. */
  generatedTokens: Int32Array;
  /** Time of the last token while a preemption holds the next one back, else NaN. */
  stallFromSeconds: Float64Array;
  /** Place in the running order of its replica. */
  runningSlot: Int32Array;
  /** Decode steps of the replica before the first (join) and after the last (finish) of this request. */
  joinStep: Float64Array;
  finishStep: Float64Array;

  constructor(classes: readonly string[], knownCount: number | undefined) {
    const capacity = Math.max(1, knownCount ?? FIRST_CAPACITY);
    this.classes = classes;
    this.sourceRow = new Int32Array(capacity);
    this.classIndex = new Uint16Array(capacity);
    this.sessionId = new Int32Array(capacity);
    this.arrivalSeconds = new Float64Array(capacity);
    this.inputTokens = new Int32Array(capacity);
    this.outputTokens = new Int32Array(capacity);
    this.replica = new Int32Array(capacity).fill(-1);
    this.firstScheduledSeconds = new Float64Array(capacity).fill(NaN);
    this.firstTokenSeconds = new Float64Array(capacity).fill(NaN);
    this.finishSeconds = new Float64Array(capacity).fill(NaN);
    this.maxTbtSeconds = new Float64Array(capacity).fill(NaN);
    this.preemptions = new Int32Array(capacity);
    this.sloMet = new Uint8Array(capacity);
    this.status = new Uint8Array(capacity);
    this.rejectReason = new Uint8Array(capacity);
    this.measured = new Uint8Array(capacity);
    this.phase = new Uint8Array(capacity);
    this.computedTokens = new Int32Array(capacity);
    this.generatedTokens = new Int32Array(capacity);
    this.stallFromSeconds = new Float64Array(capacity).fill(NaN);
    this.runningSlot = new Int32Array(capacity);
    this.joinStep = new Float64Array(capacity);
    this.finishStep = new Float64Array(capacity);
  }

  /** Adds a request that has just arrived and returns its row. */
  append(draft: RequestDraft, measured: boolean): number {
    const row = this.length++;
    if (row === this.arrivalSeconds.length) this.#grow();
    this.sourceRow[row] = draft.sourceRow;
    this.classIndex[row] = draft.classIndex;
    this.sessionId[row] = draft.sessionId;
    this.arrivalSeconds[row] = draft.arrivalSeconds;
    this.inputTokens[row] = draft.inputTokens;
    this.outputTokens[row] = draft.outputTokens;
    this.measured[row] = measured ? 1 : 0;
    return row;
  }

  reject(row: number, reason: (typeof REJECT_REASONS)[number]): void {
    this.status[row] = STATUS.rejected;
    this.rejectReason[row] = REJECT_REASONS.indexOf(reason);
    this.phase[row] = PHASE.ended;
  }

  /** Raises the largest gap seen by a request. */
  raiseMaxTbt(row: number, seconds: number): void {
    const known = this.maxTbtSeconds[row]!;
    if (!(known >= seconds)) this.maxTbtSeconds[row] = seconds;
  }

  #grow(): void {
    this.sourceRow = doubled(this.sourceRow);
    this.classIndex = doubled(this.classIndex);
    this.sessionId = doubled(this.sessionId);
    this.arrivalSeconds = doubled(this.arrivalSeconds);
    this.inputTokens = doubled(this.inputTokens);
    this.outputTokens = doubled(this.outputTokens);
    this.replica = doubled(this.replica, -1);
    this.firstScheduledSeconds = doubled(this.firstScheduledSeconds, NaN);
    this.firstTokenSeconds = doubled(this.firstTokenSeconds, NaN);
    this.finishSeconds = doubled(this.finishSeconds, NaN);
    this.maxTbtSeconds = doubled(this.maxTbtSeconds, NaN);
    this.preemptions = doubled(this.preemptions);
    this.sloMet = doubled(this.sloMet);
    this.status = doubled(this.status);
    this.rejectReason = doubled(this.rejectReason);
    this.measured = doubled(this.measured);
    this.phase = doubled(this.phase);
    this.computedTokens = doubled(this.computedTokens);
    this.generatedTokens = doubled(this.generatedTokens);
    this.stallFromSeconds = doubled(this.stallFromSeconds, NaN);
    this.runningSlot = doubled(this.runningSlot);
    this.joinStep = doubled(this.joinStep);
    this.finishStep = doubled(this.finishStep);
  }
}
