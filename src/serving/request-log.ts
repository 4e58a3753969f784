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
    const capacity = this.arrivalSeconds.length * 2;
    this.sourceRow = grownInt32(this.sourceRow, capacity);
    this.classIndex = grownUint16(this.classIndex, capacity);
    this.sessionId = grownInt32(this.sessionId, capacity);
    this.arrivalSeconds = grownFloat64(this.arrivalSeconds, capacity);
    this.inputTokens = grownInt32(this.inputTokens, capacity);
    this.outputTokens = grownInt32(this.outputTokens, capacity);
    this.replica = grownInt32(this.replica, capacity, -1);
    this.firstScheduledSeconds = grownFloat64(this.firstScheduledSeconds, capacity, NaN);
    this.firstTokenSeconds = grownFloat64(this.firstTokenSeconds, capacity, NaN);
    this.finishSeconds = grownFloat64(this.finishSeconds, capacity, NaN);
    this.maxTbtSeconds = grownFloat64(this.maxTbtSeconds, capacity, NaN);
    this.preemptions = grownInt32(this.preemptions, capacity);
    this.sloMet = grownUint8(this.sloMet, capacity);
    this.status = grownUint8(this.status, capacity);
    this.rejectReason = grownUint8(this.rejectReason, capacity);
    this.measured = grownUint8(this.measured, capacity);
    this.phase = grownUint8(this.phase, capacity);
    this.computedTokens = grownInt32(this.computedTokens, capacity);
    this.generatedTokens = grownInt32(this.generatedTokens, capacity);
    this.stallFromSeconds = grownFloat64(this.stallFromSeconds, capacity, NaN);
    this.runningSlot = grownInt32(this.runningSlot, capacity);
    this.joinStep = grownFloat64(this.joinStep, capacity);
    this.finishStep = grownFloat64(this.finishStep, capacity);
  }
}

function grownInt32(column: Int32Array, capacity: number, rest = 0): Int32Array {
  const grown = new Int32Array(capacity).fill(rest, column.length);
  grown.set(column);
  return grown;
}

function grownUint16(column: Uint16Array, capacity: number): Uint16Array {
  const grown = new Uint16Array(capacity);
  grown.set(column);
  return grown;
}

function grownUint8(column: Uint8Array, capacity: number): Uint8Array {
  const grown = new Uint8Array(capacity);
  grown.set(column);
  return grown;
}

function grownFloat64(column: Float64Array, capacity: number, rest = 0): Float64Array {
  const grown = new Float64Array(capacity).fill(rest, column.length);
  grown.set(column);
  return grown;
}
