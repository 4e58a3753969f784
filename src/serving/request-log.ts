import { doubled } from "../core/doubled.ts";
import type { RequestDraft } from "../workload/request.ts";
import type { PromptPaths } from "./prefix-cache/prompt-paths.ts";
import type { RequestRecords } from "./result.ts";

/** Where a request is in its life, as numbers in the `phase` column. */
export const PHASE = {
  waiting: 0,
  prefilling: 1,
  decoding: 2,
  ended: 3,
  /** Between two replicas: its cache is still held by the first one. */
  moving: 4,
  /** Waiting with its cache in place, which came from another replica. */
  landed: 5,
} as const;

/** Rows before their number is known. */
const FIRST_CAPACITY = 1024;

/**
 * All requests of a run as growing columns: the records of `RequestRecords`, and beside them the working state of the
 * requests in flight. A request is a row number. The one owner of these arrays; replicas and ledgers write through it.
 */
export class RequestLog implements RequestRecords {
  length = 0;
  readonly classes: readonly string[];
  /** What the tokens of the requests are; undefined where nothing is shared. */
  readonly prompts: PromptPaths | undefined;

  sourceRow: Int32Array;
  classIndex: Uint16Array;
  sessionId: Int32Array;
  arrivalSeconds: Float64Array;
  inputTokens: Int32Array;
  outputTokens: Int32Array;
  replica: Int32Array;
  decodeReplica: Int32Array;
  firstScheduledSeconds: Float64Array;
  firstTokenSeconds: Float64Array;
  finishSeconds: Float64Array;
  maxTbtSeconds: Float64Array;
  preemptions: Int32Array;
  /** Times the request was sent: more than once when its client tried again. */
  attempts: Uint8Array;
  sloMet: Uint8Array;
  status: Uint8Array;
  rejectReason: Uint8Array;

  /** Who waits for the answer, -1 when nobody does. */
  clientId: Int32Array;
  /** Identity of the first block of the prompt, -1 when it is not known. */
  firstBlockId: Int32Array;
  /** Time at which the request ended, however it did; NaN while it is open. */
  endSeconds: Float64Array;
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

  constructor(classes: readonly string[], knownCount: number | undefined, prompts?: PromptPaths) {
    const capacity = Math.max(1, knownCount ?? FIRST_CAPACITY);
    this.classes = classes;
    this.prompts = prompts;
    this.sourceRow = new Int32Array(capacity);
    this.classIndex = new Uint16Array(capacity);
    this.sessionId = new Int32Array(capacity);
    this.arrivalSeconds = new Float64Array(capacity);
    this.inputTokens = new Int32Array(capacity);
    this.outputTokens = new Int32Array(capacity);
    this.replica = new Int32Array(capacity).fill(-1);
    this.decodeReplica = new Int32Array(capacity).fill(-1);
    this.firstScheduledSeconds = new Float64Array(capacity).fill(NaN);
    this.firstTokenSeconds = new Float64Array(capacity).fill(NaN);
    this.finishSeconds = new Float64Array(capacity).fill(NaN);
    this.maxTbtSeconds = new Float64Array(capacity).fill(NaN);
    this.preemptions = new Int32Array(capacity);
    this.attempts = new Uint8Array(capacity);
    this.sloMet = new Uint8Array(capacity);
    this.status = new Uint8Array(capacity);
    this.rejectReason = new Uint8Array(capacity);
    this.clientId = new Int32Array(capacity);
    this.firstBlockId = new Int32Array(capacity);
    this.endSeconds = new Float64Array(capacity).fill(NaN);
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
    this.clientId[row] = draft.clientId;
    this.firstBlockId[row] = draft.firstBlockId;
    this.attempts[row] = 1;
    this.measured[row] = measured ? 1 : 0;
    this.prompts?.append(row, draft);
    return row;
  }

  get cachedTokens(): Int32Array | undefined {
    return this.prompts?.cachedTokens;
  }

  /** The replica that a request was sent to last, -1 for none. */
  holderOf(row: number): number {
    const decodeReplica = this.decodeReplica[row]!;
    return decodeReplica >= 0 ? decodeReplica : this.replica[row]!;
  }

  /** Forgets what was done for a request, before all of it begins again; the arrival stays what it was. */
  beginAgain(row: number): void {
    this.replica[row] = -1;
    this.decodeReplica[row] = -1;
    this.firstScheduledSeconds[row] = NaN;
    this.firstTokenSeconds[row] = NaN;
    this.maxTbtSeconds[row] = NaN;
    this.stallFromSeconds[row] = NaN;
    this.computedTokens[row] = 0;
    this.generatedTokens[row] = 0;
    if (this.prompts !== undefined) this.prompts.cachedTokens[row] = -1;
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
    this.decodeReplica = doubled(this.decodeReplica, -1);
    this.firstScheduledSeconds = doubled(this.firstScheduledSeconds, NaN);
    this.firstTokenSeconds = doubled(this.firstTokenSeconds, NaN);
    this.finishSeconds = doubled(this.finishSeconds, NaN);
    this.maxTbtSeconds = doubled(this.maxTbtSeconds, NaN);
    this.preemptions = doubled(this.preemptions);
    this.attempts = doubled(this.attempts);
    this.sloMet = doubled(this.sloMet);
    this.status = doubled(this.status);
    this.rejectReason = doubled(this.rejectReason);
    this.clientId = doubled(this.clientId);
    this.firstBlockId = doubled(this.firstBlockId);
    this.endSeconds = doubled(this.endSeconds, NaN);
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
