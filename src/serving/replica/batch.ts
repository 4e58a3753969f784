import { StepShape, type StepCost, type StepUse } from "../../perf/step-cost.ts";
import type { ReplicaAttribution } from "../attribution/replica-attribution.ts";
import type { EngineConfig } from "../config.ts";
import type { PrefixCache } from "../prefix-cache/prefix-cache.ts";
import { PHASE } from "../request-log.ts";
import type { BatchBuilder } from "../scheduler.ts";
import type { StepMeter } from "../step-meter.ts";
import type { FormedBatch } from "./formed-batch.ts";
import type { Residents } from "./residents.ts";
import type { StepClock } from "./step-clock.ts";

/** The batch of the step that is being formed or runs, and all that a scheduler may do to form it. */
export class Batch implements BatchBuilder, FormedBatch {
  readonly engine: EngineConfig;
  settledSteps = 1;
  /** The decoding sequences take part. */
  decoding = false;
  /** Seconds that moving blocks to the host or back adds to the step. */
  transferSeconds = 0;
  /** Seconds that loading cached blocks takes beside the step, which waits for them. */
  loadSeconds = 0;
  readonly shape: StepShape;
  /** Requests of the chunks in `shape`, by the same index. */
  readonly #chunkRequests: Int32Array;
  #startSeconds = 0;
  readonly #residents: Residents;
  readonly #clock: StepClock;
  readonly #meter: StepMeter;
  readonly #cost: StepCost;
  /** What the steps that a scheduler only asked about would have used. */
  readonly #unused: StepUse;
  readonly #plain: StepShape;
  readonly #attribution: ReplicaAttribution | undefined;

  constructor(
    residents: Residents,
    clock: StepClock,
    meter: StepMeter,
    engine: EngineConfig,
    cost: StepCost,
    attribution: ReplicaAttribution | undefined,
  ) {
    this.#attribution = attribution;
    this.#residents = residents;
    this.#clock = clock;
    this.#meter = meter;
    this.engine = engine;
    this.#cost = cost;
    this.#unused = cost.openUse();
    this.#plain = new StepShape(cost.windowTokens.length, 0);
    this.shape = new StepShape(cost.windowTokens.length, engine.maxNumSeqs);
    this.#chunkRequests = new Int32Array(engine.maxNumSeqs);
  }

  get isEmpty(): boolean {
    return !this.decoding && this.shape.chunkCount === 0;
  }

  begin(seconds: number): void {
    this.#startSeconds = seconds;
    this.shape.clearChunks();
    this.decoding = false;
    this.transferSeconds = 0;
    this.loadSeconds = 0;
    this.settledSteps = 1;
  }

  chunkRequest(index: number): number {
    return this.#chunkRequests[index]!;
  }

  /** The step with all that takes part so far. Valid until the next call. */
  describe(): StepShape {
    const { shape } = this;
    const { padded } = this.#residents;
    if (this.decoding) this.#clock.describeDecodes(shape);
    else clearDecodes(shape);
    let logits = shape.decodeSequences;
    for (let i = 0; i < shape.chunkCount; i++) {
      if (shape.chunkNewTokens[i] === this.tokensToPrefill(this.#chunkRequests[i]!)) logits++;
    }
    shape.logitSequences = logits;
    return padded !== undefined && shape.chunkCount > 0 ? padded.prefill : shape;
  }

  // ---- what a scheduler sees ----

  get runningCount(): number {
    return this.#residents.running.length;
  }

  get waitingCount(): number {
    return this.#residents.waiting.length;
  }

  get decodeSequences(): number {
    return this.#residents.ledger.sequences;
  }

  get decodeTokens(): number {
    const { ledger, speculative } = this.#residents;
    return speculative === undefined ? ledger.sequences : ledger.sequences * speculative.tokensPerStep;
  }

  draftSeconds(): number {
    const { speculative } = this.#residents;
    if (speculative === undefined || !this.decoding) return 0;
    const { tokens, draftCost } = this.engine.speculation!;
    if (draftCost === 0) return 0;
    speculative.describePlain(this.#plain);
    return this.#meter.draftSeconds(this.#plain, tokens * draftCost);
  }

  get decodeBlocksDue(): number {
    return this.#residents.ledger.blocksDue();
  }

  get freeBlocks(): number {
    return this.#residents.pool.freeBlocks;
  }

  get prefillCount(): number {
    return this.#residents.prefilling.count;
  }

  prefillAt(index: number): number {
    return this.#residents.prefilling.at(index);
  }

  get firstWaiting(): number {
    return this.#residents.waiting.first;
  }

  tokensToPrefill(request: number): number {
    return this.#residents.tokensToPrefill(request);
  }

  blocksForChunk(request: number, tokens: number): number {
    return this.#residents.demand.ofChunk(request, tokens);
  }

  generatedTokens(request: number): number {
    const { log, ledger } = this.#residents;
    if (!this.isDecoding(request)) return log.generatedTokens[request]!;
    return ledger.computedTokens(request) - log.inputTokens[request]! + 1;
  }

  secondsWithChunk(request: number, tokens: number): number {
    this.#addChunk(request, tokens, this.#residents.computedTokens(request));
    const seconds = this.#cost.step(this.describe(), this.#unused);
    this.shape.chunkCount--;
    return seconds;
  }

  runningRequests(): number[] {
    return this.#residents.inBatch();
  }

  isDecoding(request: number): boolean {
    return this.#residents.isDecoding(request);
  }

  hasEnded(request: number): boolean {
    return this.#residents.log.phase[request] === PHASE.ended;
  }

  blocksForToken(request: number): number {
    return this.#residents.demand.ofToken(request);
  }

  heldBlocks(request: number): number {
    const { demand, cache } = this.#residents;
    const held = demand.held(request);
    return cache === undefined ? held : cache.blocksHeldAlone(request, held);
  }

  isSwapped(request: number): boolean {
    return this.#residents.isSwapped(request);
  }

  // ---- what a scheduler does ----

  takeAllDecodes(): void {
    this.decoding = true;
    this.#residents.pool.take(this.#residents.ledger.blocksDue());
  }

  takeToken(request: number): void {
    this.decoding = true;
    this.#residents.pool.take(this.blocksForToken(request));
  }

  takeChunk(request: number, tokens: number): void {
    const { pool, cache, log } = this.#residents;
    const computed = log.computedTokens[request]!;
    pool.take(this.blocksForChunk(request, tokens));
    this.#addChunk(request, tokens, computed);
    cache?.extend(request, computed + tokens);
  }

  admitFirst(tokens: number): void {
    const { log, waiting, running, prefilling, dock, cache } = this.#residents;
    const request = waiting.first;
    if (this.isSwapped(request)) this.#moveFromHost(request);
    if (cache === undefined) this.takeChunk(request, tokens);
    else this.#takeFirstChunk(request, tokens, cache);
    waiting.removeFirst();
    running.append(request);
    prefilling.append(request);
    if (log.phase[request] === PHASE.landed) dock.landed.delete(request);
    log.phase[request] = PHASE.prefilling;
    if (Number.isNaN(log.firstScheduledSeconds[request])) {
      log.firstScheduledSeconds[request] = this.#startSeconds;
    }
    this.#attribution?.admitted(request);
  }

  /** A request starts with what it finds in the cache, or with what has come from the host or another replica. */
  #takeFirstChunk(request: number, tokens: number, cache: PrefixCache): void {
    const { log, pool } = this.#residents;
    const needed = this.blocksForChunk(request, tokens);
    if (log.computedTokens[request]! > 0) {
      cache.admitUnknown(request);
      pool.take(needed);
    } else {
      log.computedTokens[request] = cache.matchedTokens;
      this.loadSeconds += cache.loadSeconds;
      const taken = cache.admit(request, log.inputTokens[request]! + log.generatedTokens[request]!);
      pool.take(needed - taken);
    }
    const computed = log.computedTokens[request]!;
    this.#addChunk(request, tokens, computed);
    cache.extend(request, computed + tokens);
  }

  admitPadded(requests: number, promptTokens: number, totalTokens: number): void {
    const { pool, padded, waiting } = this.#residents;
    const blocks = requests * pool.blocksFor(totalTokens);
    pool.take(blocks);
    padded!.begin(requests, promptTokens, blocks);
    for (let i = 0; i < requests; i++) this.admitFirst(this.tokensToPrefill(waiting.first));
  }

  preempt(request: number): void {
    const { log, demand, ledger, prefilling, running, waiting } = this.#residents;
    const decoded = this.isDecoding(request);
    const computed = decoded ? ledger.computedTokens(request) : log.computedTokens[request]!;
    this.#residents.giveBack(request, demand.held(request), computed);
    const pausedSeconds = decoded ? ledger.pausedSeconds(request) : 0;
    this.#attribution?.preempted(request, decoded, this.#startSeconds, pausedSeconds);
    if (decoded) {
      this.#clock.endStretch();
      log.stallFromSeconds[request] = this.#startSeconds - pausedSeconds;
      ledger.leave(request);
    } else {
      prefilling.remove(request);
    }
    this.#meter.preemptions++;
    if (!decoded || !this.#moveToHost(request)) {
      this.#meter.discardedTokens += log.computedTokens[request]!;
      log.computedTokens[request] = 0;
    }
    log.phase[request] = PHASE.waiting;
    log.preemptions[request]!++;
    running.remove(request);
    waiting.putBack(request);
  }

  #addChunk(request: number, tokens: number, computedTokens: number): void {
    const { shape } = this;
    this.#chunkRequests[shape.chunkCount] = request;
    shape.addChunk(tokens, computedTokens);
  }

  /** False when the engine has no room for it on the host. */
  #moveToHost(request: number): boolean {
    const { host, demand } = this.#residents;
    const blocks = demand.ofComputed(request);
    if (!host.take(blocks)) return false;
    this.transferSeconds += host.transferSeconds(blocks);
    return true;
  }

  #moveFromHost(request: number): void {
    const { host, demand } = this.#residents;
    const blocks = demand.ofComputed(request);
    host.giveBack(blocks);
    this.transferSeconds += host.transferSeconds(blocks);
  }
}

function clearDecodes(shape: StepShape): void {
  shape.decodeSequences = 0;
  shape.decodeContextTokens = 0;
  shape.decodeWindowTokens.fill(0);
}
