import type { StepCost, StepShape } from "../../perf/step-cost.ts";
import type { EngineConfig } from "../config.ts";
import type { FormedBatch } from "../replica/formed-batch.ts";
import type { Residents } from "../replica/residents.ts";
import { PHASE } from "../request-log.ts";
import type { StepMeter } from "../step-meter.ts";
import type { Stretch } from "../stretch.ts";
import type { CauseLedger } from "./cause-ledger.ts";
import { GAP } from "./cause-rows.ts";
import { CAUSE, CAUSE_COUNT } from "./causes.ts";
import { StepSplit } from "./step-split.ts";

/**
 * Watches one replica and tells its requests apart what they wait for. A run that does not ask for it has none of these,
 * and pays nothing.
 */
export class ReplicaAttribution {
  readonly #ledger: CauseLedger;
  readonly #residents: Residents;
  readonly #engine: EngineConfig;
  readonly #meter: StepMeter;
  readonly #split: StepSplit;
  /** Seconds so far in which the head of the queue lacked a slot, or blocks. */
  #slotSeconds = 0;
  #blockSeconds = 0;
  #clockSeconds = 0;
  /** The head of the queue lacks blocks; else a slot. */
  #lacksBlocks = false;
  /** Head of the queue (-1 for none), running requests and preemptions when that was found. */
  #head = -1;
  #running = 0;
  #preemptions = 0;
  /** Seconds for which the decoding sequences have sat out steps. */
  #pausedSeconds = 0;

  constructor(
    ledger: CauseLedger,
    residents: Residents,
    engine: EngineConfig,
    meter: StepMeter,
    cost: StepCost,
  ) {
    this.#ledger = ledger;
    this.#residents = residents;
    this.#engine = engine;
    this.#meter = meter;
    this.#split = new StepSplit(cost);
  }

  // ---- the queue ----

  enqueued(request: number, seconds: number): void {
    this.#ledger.begin(request, seconds);
    this.#beginWait(request, seconds);
  }

  /** A batch is about to be formed. */
  beginBatch(seconds: number): void {
    this.#passTo(seconds);
  }

  /**
   * The batch is formed: what does the head of the queue wait for? Asked anew only when the head or those before it have
   * changed, so that the answer does not depend on how many equal steps are jumped over.
   */
  formedBatch(batch: FormedBatch): void {
    const { running, waiting } = this.#residents;
    const head = waiting.length === 0 ? -1 : waiting.first;
    const { preemptions } = this.#meter;
    const preempted = preemptions > this.#preemptions;
    if (head === this.#head && running.length === this.#running && !preempted) return;
    this.#head = head;
    this.#running = running.length;
    this.#preemptions = preemptions;
    const seated = head < 0 || running.length >= this.#engine.maxNumSeqs;
    this.#lacksBlocks = !seated && (preempted || this.#exceedsPool(head, batch));
  }

  /** What the batch would take of a waiting request needs more blocks than there are. */
  #exceedsPool(request: number, { decoding, decodeTokens, shape }: FormedBatch): boolean {
    const { demand, pool } = this.#residents;
    let tokens = this.#engine.maxNumBatchedTokens - (decoding ? decodeTokens : 0);
    for (let i = 0; i < shape.chunkCount; i++) tokens -= shape.chunkNewTokens[i]!;
    const wanted = Math.min(tokens, this.#residents.tokensToPrefill(request));
    return wanted > 0 && demand.ofChunk(request, wanted) > pool.freeBlocks;
  }

  admitted(request: number): void {
    const ledger = this.#ledger;
    const slot = this.#slotSeconds - ledger.slotMark[request]!;
    const blocks = this.#blockSeconds - ledger.blockMark[request]!;
    if (ledger.preempted[request] === 1) {
      ledger.add(request, CAUSE.preemption, slot + blocks);
    } else {
      ledger.add(request, CAUSE.slotWait, slot);
      ledger.add(request, CAUSE.kvWait, blocks);
    }
  }

  /** @param pausedSeconds since its last token */
  preempted(request: number, decoded: boolean, seconds: number, pausedSeconds: number): void {
    if (decoded) {
      this.#ledger.beginStall(request);
      this.#ledger.add(request, CAUSE.otherPrefill, pausedSeconds);
    }
    this.#ledger.preempted[request] = 1;
    this.#beginWait(request, seconds);
  }

  // ---- steps ----

  /**
   * A step with prompts, or one that stands alone, has passed; the decoding sequences have not got their tokens yet.
   * @param priced the batch as the device has computed it
   */
  passStep(priced: StepShape, batch: FormedBatch, seconds: number, endSeconds: number): void {
    this.#split.ofStep(priced, seconds, batch.transferSeconds);
    this.#addToPrefills(batch);
    const { ledger } = this.#residents;
    if (batch.decoding) {
      if (seconds + this.#pausedSeconds > this.#ledger.leastGapLimitSeconds) {
        this.#explainGaps(seconds, endSeconds);
      }
      this.#pausedSeconds = 0;
    } else if (ledger.sequences > 0) {
      this.#pausedSeconds += seconds;
    }
  }

  /** `steps` more steps of a stretch have passed, of which none is counted yet. */
  passStretch(stretch: Stretch, steps: number): void {
    const limit = this.#ledger.leastGapLimitSeconds;
    const last = stretch.steps + steps - 1;
    if (!(stretch.stepSeconds(last) > limit)) return;
    for (let k = stretch.steps; k <= last; k++) {
      const seconds = stretch.stepSeconds(k);
      if (!(seconds > limit)) continue;
      this.#split.ofStep(stretch.shape, seconds, 0);
      this.#explainGaps(seconds, stretch.timeAfter(k + 1));
    }
  }

  #explainGaps(stepSeconds: number, endSeconds: number): void {
    const { log, ledger, running, speculative } = this.#residents;
    const { gapLimitSeconds, rows } = this.#ledger;
    const parts = this.#split;
    for (let slot = 0; slot < running.slotCount; slot++) {
      const request = running.at(slot);
      if (request < 0 || log.phase[request] !== PHASE.decoding) continue;
      const paused = this.#pausedSeconds === 0 ? 0 : ledger.pausedSeconds(request);
      // Tokens that come out together share their step.
      const share = speculative === undefined ? 1 : 1 / speculative.tokensOf(request);
      const gap = (stepSeconds + paused) * share;
      if (!(gap > gapLimitSeconds[log.classIndex[request]!]!) || !rows.hasRoomForGap()) continue;
      const row = rows.open(request, GAP);
      rows.close(row, endSeconds, gap);
      const at = row * CAUSE_COUNT;
      const causes = rows.causeSeconds;
      causes[at + CAUSE.otherPrefill] = (parts.promptSeconds + paused) * share;
      causes[at + CAUSE.ownDecode] = parts.ownDecodeSeconds * share;
      causes[at + CAUSE.batchGrowth] = parts.batchSeconds * share;
      causes[at + CAUSE.contextGrowth] = parts.contextSeconds * share;
      causes[at + CAUSE.transfer] = parts.transferSeconds * share;
      causes[at + CAUSE.collectives] = parts.collectiveSeconds * share;
      causes[at + CAUSE.host] = parts.hostSeconds * share;
    }
  }

  /** Prompts share what they add to a step by their tokens; to each of them all decodes are those of others. */
  #addToPrefills(batch: FormedBatch): void {
    const { chunkCount, chunkNewTokens } = batch.shape;
    const { log, prefilling } = this.#residents;
    const ledger = this.#ledger;
    const parts = this.#split;
    const causes = ledger.rows.causeSeconds;
    let tokens = 0;
    for (let i = 0; i < chunkCount; i++) tokens += chunkNewTokens[i]!;
    for (let i = 0; i < prefilling.count; i++) {
      const request = prefilling.at(i);
      let own = 0;
      for (let c = 0; c < chunkCount; c++) if (batch.chunkRequest(c) === request) own = chunkNewTokens[c]!;
      const ownSeconds = tokens === 0 ? 0 : (parts.promptSeconds * own) / tokens;
      const at = ledger.causesOf(request);
      causes[at + this.#causeOfOwnWork(request, log.generatedTokens[request]!)]! += ownSeconds;
      causes[at + CAUSE.otherPrefill]! += parts.promptSeconds - ownSeconds;
      causes[at + CAUSE.batchGrowth]! += parts.ownDecodeSeconds + parts.batchSeconds;
      causes[at + CAUSE.contextGrowth]! += parts.contextSeconds;
      causes[at + CAUSE.transfer]! += parts.transferSeconds;
      causes[at + CAUSE.collectives]! += parts.collectiveSeconds;
      causes[at + CAUSE.host]! += parts.hostSeconds;
    }
  }

  #causeOfOwnWork(request: number, generatedTokens: number): number {
    if (this.#ledger.preempted[request] === 1) return CAUSE.preemption;
    // One that comes with its cache from another replica computes its next token alone.
    return generatedTokens > 0 ? CAUSE.ownDecode : CAUSE.ownPrefill;
  }

  // ---- tokens, and moves between replicas ----

  firstToken(request: number, seconds: number): void {
    this.#ledger.firstToken(request, seconds);
  }

  stallEnded(request: number, seconds: number, gapSeconds: number): void {
    this.#ledger.endStall(request, seconds, gapSeconds);
  }

  handedOver(request: number, seconds: number): void {
    this.#ledger.beginStall(request);
    this.#ledger.movingSinceSeconds[request] = seconds;
  }

  /** There is room for the cache of a request from another replica: it sets out. */
  reserved(request: number, seconds: number): void {
    const since = this.#ledger.movingSinceSeconds;
    this.#ledger.add(request, CAUSE.kvWait, seconds - since[request]!);
    since[request] = seconds;
  }

  landed(request: number, seconds: number): void {
    this.#ledger.add(request, CAUSE.transfer, seconds - this.#ledger.movingSinceSeconds[request]!);
    this.#beginWait(request, seconds);
  }

  /** A cache that had landed had to go again. */
  evicted(request: number): void {
    this.#ledger.preempted[request] = 1;
  }

  #beginWait(request: number, seconds: number): void {
    this.#passTo(seconds);
    this.#ledger.slotMark[request] = this.#slotSeconds;
    this.#ledger.blockMark[request] = this.#blockSeconds;
  }

  #passTo(seconds: number): void {
    if (this.#lacksBlocks) this.#blockSeconds += seconds - this.#clockSeconds;
    else this.#slotSeconds += seconds - this.#clockSeconds;
    this.#clockSeconds = seconds;
  }
}
