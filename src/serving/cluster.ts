import { EVENT_CLASS, EventQueue } from "../core/event-queue.ts";
import { GapSketch } from "../core/gap-sketch.ts";
import { RequestDraft, type RequestSource } from "../workload/request.ts";
import { Admission } from "./admission.ts";
import { CauseLedger } from "./attribution/cause-ledger.ts";
import type { Attribution } from "./attribution/cause-rows.ts";
import { Availability } from "./availability/availability.ts";
import { Patience } from "./clients/patience.ts";
import { poolsOf, type SimulationConfig } from "./config.ts";
import { effortOf } from "./effort.ts";
import { Fleet } from "./fleet.ts";
import { Moves } from "./handover/moves.ts";
import { Transfers } from "./handover/transfers.ts";
import { TimelineSampler } from "./metrics/timeline.ts";
import { MissLimit } from "./metrics/miss-limit.ts";
import type { SimulationObserver } from "./observer.ts";
import { PromptPaths } from "./prefix-cache/prompt-paths.ts";
import type { Replica } from "./replica/replica.ts";
import { ProgressGuard } from "./progress-guard.ts";
import { PHASE, RequestLog } from "./request-log.ts";
import {
  REJECT_REASONS,
  STATUS,
  type RejectReason,
  type RunEffort,
  type RunMetrics,
  type Timeline,
} from "./result.ts";
import { Dispatcher } from "./routing/dispatcher.ts";

/** Events between two calls of the observer. */
const EVENTS_PER_PROGRESS = 8192;

/**
 * The run loop: arrivals in order from the source, ends and starts of steps from one event queue, what clients plan from
 * another, each instant in the order of `EVENT_CLASS`, samples last.
 */
export class Cluster {
  readonly log: RequestLog;
  readonly gaps = new GapSketch();
  readonly replicas: readonly Replica[];
  /** Time of the last event so far in seconds. */
  nowSeconds = 0;
  firstArrivalSeconds = NaN;
  /** ∫ (requests in the system) dt, in request-seconds, for Little's law. */
  requestSeconds = 0;
  /** The observer stopped the run, or too many requests missed their targets. */
  interrupted = false;
  readonly #causes: CauseLedger | undefined;
  readonly #source: RequestSource;
  /** Requests that arrive in [from, until) are measured. */
  readonly #fromSeconds: number;
  readonly #untilSeconds: number;
  readonly #fleet: Fleet;
  readonly #dispatcher: Dispatcher;
  readonly #admission: Admission | undefined;
  readonly #patience: Patience | undefined;
  /** Ends and starts of steps; the subject is a replica. */
  readonly #queue = new EventQueue();
  /** What clients plan and caches that will land, by request; when replicas come and go, by replica. */
  readonly #plans = new EventQueue();
  readonly #sampler: TimelineSampler | undefined;
  readonly #draft = new RequestDraft();
  /** More requests may be on their way at this instant. */
  #dispatching = false;
  /** Requests that were given up and will be sent again. */
  readonly #resting = new Set<number>();
  readonly #guard = new ProgressGuard();
  readonly #misses: MissLimit | undefined;
  #retries = 0;
  readonly #transfers: Transfers | undefined;
  readonly #moves: Moves | undefined;
  readonly #availability: Availability | undefined;
  #events = 0;
  #finished = 0;
  #inSystem = 0;

  constructor(source: RequestSource, config: SimulationConfig) {
    const { admission, clients, seed = 0, timelineSeconds } = config;
    this.#source = source;
    this.#fromSeconds = config.window.fromSeconds;
    this.#untilSeconds = config.window.untilSeconds;
    const shares = poolsOf(config).some(({ engine }) => engine.prefixCaching !== undefined);
    const prompts = shares ? new PromptPaths(source.promptBlocks) : undefined;
    this.log = new RequestLog(source.classes, source.knownCount, prompts);
    const { mostMisses } = config;
    this.#misses = mostMisses === undefined ? undefined : new MissLimit(this.log, config.slo, mostMisses);
    this.#causes = config.attribution === true ? new CauseLedger(this.log, config.slo) : undefined;
    this.#fleet = new Fleet(config, this.log, this.gaps, this.#causes);
    this.replicas = this.#fleet.replicas;
    this.#dispatcher = new Dispatcher(config, this.log, this.#fleet);
    this.#admission = admission && new Admission(admission);
    this.#transfers =
      config.kvTransfer &&
      new Transfers(
        config.kvTransfer,
        this.log,
        this.replicas.map((_, index) => this.#fleet.poolOf(index).linkBytesPerSecond),
      );
    this.#moves = this.#transfers && new Moves(this.log, this.replicas, this.#transfers);
    this.#availability =
      config.failures === undefined && config.autoscaling === undefined
        ? undefined
        : new Availability(config, this.#fleet, this.#plans);
    this.#patience = clients && new Patience(this.log, clients, seed);
    this.#sampler =
      timelineSeconds > 0
        ? new TimelineSampler(timelineSeconds, this.replicas, () => this.#dispatcher.heldCount)
        : undefined;
  }

  get timeline(): Timeline | undefined {
    return this.#sampler?.timeline();
  }

  get attribution(): Attribution | undefined {
    return this.#causes?.rows.attribution(this.log.firstTokenSeconds);
  }

  get kvTransfer(): RunMetrics["kvTransfer"] {
    return this.#transfers?.summary();
  }

  get availability(): RunMetrics["availability"] {
    return this.#availability?.summary();
  }

  /** Runs to the end, or until the observer stops it: then the open requests are marked as interrupted. */
  run(observer: SimulationObserver | undefined): void {
    const source = this.#source;
    const queue = this.#queue;
    for (;;) {
      const arrival = source.nextArrivalSeconds;
      const event = queue.nextSeconds;
      const plan = this.#nextPlanSeconds(arrival);
      if (plan <= arrival && (plan < event || (plan === event && queue.nextClass > EVENT_CLASS.retry))) {
        if (plan === Infinity) {
          if (this.#dispatcher.heldCount === 0) break;
          this.#loseHeld();
          continue;
        }
        this.#passTime(plan);
        this.#carryOutPlan();
      } else if (arrival < event || (arrival === event && queue.nextClass > EVENT_CLASS.arrival)) {
        this.#passTime(arrival);
        this.#arrive();
      } else {
        this.#passTime(event);
        this.#step();
      }
      if (this.#misses?.passed === true) {
        this.#interrupt();
        return;
      }
      if (++this.#events % EVENTS_PER_PROGRESS !== 0) continue;
      this.#guard.look(this.#progress(), () => this.#state());
      if (observer?.onProgress(this.#finished, this.nowSeconds) === false) {
        this.#interrupt();
        return;
      }
    }
    for (const replica of this.replicas) replica.close();
  }

  effort(): RunEffort {
    return effortOf(this.replicas, this.#events);
  }

  #passTime(seconds: number): void {
    this.#sampler?.sampleBefore(seconds);
    this.requestSeconds += this.#inSystem * (seconds - this.nowSeconds);
    this.#availability?.passTime(seconds - this.nowSeconds);
    this.nowSeconds = seconds;
  }

  /** Grows with all that can happen only so often: arrivals, attempts, tokens and ends of requests. */
  #progress(): number {
    let tokens = 0;
    for (const { meter } of this.replicas) tokens += meter.generatedTokens;
    return this.log.length + this.#retries + tokens + this.#finished;
  }

  #state(): string {
    const count = (of: (replica: Replica) => number) =>
      this.replicas.reduce((sum, replica) => sum + of(replica), 0);
    return (
      `at ${this.nowSeconds} s, after ${this.#events} events, ${this.#inSystem} requests are open: ` +
      `${count(({ runningCount }) => runningCount)} run, ${count(({ waitingCount }) => waitingCount)} wait at replicas, ` +
      `${this.#dispatcher.heldCount} for one, ${this.#resting.size} for their client`
    );
  }

  // ---- requests come and go ----

  #arrive(): void {
    const draft = this.#draft;
    this.#source.take(draft);
    const seconds = draft.arrivalSeconds;
    if (this.log.length === 0) this.firstArrivalSeconds = seconds;
    const request = this.log.append(draft, seconds >= this.#fromSeconds && seconds < this.#untilSeconds);
    this.#inSystem++;
    this.#patience?.arrived(request, seconds);
    this.#send(request);
  }

  /** An attempt of a client to get its request served. */
  #send(request: number): void {
    const never = this.#fleet.whyNever(request);
    if (never !== undefined) {
      this.#reject(request, never);
      return;
    }
    if (this.#patience !== undefined) {
      const [ttftDue, leaveDue] = this.#patience.sent(request, this.nowSeconds);
      if (ttftDue < Infinity) this.#plans.push(ttftDue, EVENT_CLASS.giveUp, request);
      if (leaveDue < Infinity) this.#plans.push(leaveDue, EVENT_CLASS.giveUp, request);
    }
    const refusal = this.#admission?.refusal(
      this.nowSeconds,
      this.log.inputTokens[request]!,
      this.#waitingCount(),
    );
    if (refusal === undefined) this.#dispatch(request);
    else if (!this.#planRetry(request)) this.#reject(request, refusal);
  }

  #dispatch(request: number): void {
    const index = this.#dispatcher.place(request, this.nowSeconds);
    if (index >= 0) this.#enqueue(request, index);
  }

  #enqueue(request: number, index: number): void {
    const replica = this.replicas[index]!;
    replica.enqueue(request, this.nowSeconds);
    if (!replica.busy) this.#planStart(index, replica);
    else if (replica.cutJumpForArrival(request, this.nowSeconds)) this.#bringEndForward(index, replica);
  }

  /** Requests that waited for a replica with room; all that leave now can start together. */
  #dispatchHeld(): void {
    this.#dispatching = true;
    for (let request = this.#dispatcher.firstHeld; request >= 0; request = this.#dispatcher.firstHeld) {
      const index = this.#dispatcher.placeHeld(this.nowSeconds);
      if (index < 0) break;
      this.#enqueue(request, index);
    }
    this.#dispatching = false;
  }

  /** The client of a request leaves: nothing more is done for it. */
  #giveUp(request: number): void {
    const status = this.#patience!.statusAt(request, this.nowSeconds);
    this.#withdraw(request);
    if (status === STATUS.cancelled || !this.#planRetry(request)) this.#end(request, status);
    if (this.#dispatcher.heldCount > 0) this.#dispatchHeld();
  }

  #withdraw(request: number): void {
    if (this.#resting.delete(request)) return;
    const { log, nowSeconds } = this;
    const index = log.holderOf(request);
    if (index < 0) {
      this.#dispatcher.forget(request);
      return;
    }
    this.#dispatcher.left(request, nowSeconds);
    const replica = this.replicas[index]!;
    if (log.phase[request] !== PHASE.moving) {
      replica.cancel(request);
      if (replica.cutJump(nowSeconds)) this.#bringEndForward(index, replica);
    } else if (this.#moves!.giveUp(request)) {
      this.#rouse(log.replica[request]!);
    }
  }

  /** False when the client does not try again. */
  #planRetry(request: number): boolean {
    const pause = this.#patience?.pauseBeforeRetry(request);
    if (pause === undefined) return false;
    this.#resting.add(request);
    this.#plans.push(this.nowSeconds + pause, EVENT_CLASS.retry, request);
    return true;
  }

  #retry(request: number): void {
    const index = this.log.holderOf(request);
    if (index >= 0 && this.log.phase[request] !== PHASE.ended) {
      // The attempt before is not gone yet: it will be at the end of the step, or when its cache has landed.
      const landingSeconds = this.#moves?.unwantedLandingSeconds(request);
      const goneSeconds = landingSeconds ?? this.replicas[index]!.stepEndSeconds;
      this.#plans.push(goneSeconds, EVENT_CLASS.retry, request);
      return;
    }
    this.#resting.delete(request);
    this.#retries++;
    this.log.attempts[request]!++;
    this.log.beginAgain(request);
    this.#send(request);
  }

  #reject(request: number, reason: RejectReason): void {
    this.log.rejectReason[request] = REJECT_REASONS.indexOf(reason);
    this.log.phase[request] = PHASE.ended;
    this.#end(request, STATUS.rejected);
  }

  /** The books of a request close, however it ended. */
  #end(request: number, status: number): void {
    const { log, nowSeconds } = this;
    log.status[request] = status;
    log.endSeconds[request] = nowSeconds;
    this.#misses?.count(request);
    this.#finished++;
    this.#inSystem--;
    const clientId = log.clientId[request]!;
    if (clientId < 0) return;
    this.#source.requestEnded?.({
      clientId,
      seconds: nowSeconds,
      completed: status === STATUS.completed,
    });
  }

  // ---- replicas work ----

  #step(): void {
    const queue = this.#queue;
    const index = queue.nextSubject;
    const isEnd = queue.nextClass === EVENT_CLASS.stepEnd;
    queue.pop();
    const replica = this.replicas[index]!;
    if (!isEnd) {
      if (replica.startPlanned) this.#start(index, replica);
      return;
    }
    if (!replica.busy) return; // It failed in the middle of the step.
    replica.finishStep();
    for (let i = 0; i < replica.firstTokenCount; i++) {
      this.#dispatcher.answered(replica.firstTokens[i]!, this.nowSeconds);
    }
    for (let i = 0; i < replica.completedCount; i++) {
      this.#dispatcher.left(replica.completed[i]!, this.nowSeconds);
      this.#end(replica.completed[i]!, STATUS.completed);
    }
    for (let i = 0; i < replica.handoverCount; i++) this.#handOver(replica.handovers[i]!);
    if (this.#dispatcher.heldCount > 0) this.#dispatchHeld();
    if (replica.outstanding > 0) {
      this.#planStart(index, replica);
    } else {
      replica.close();
      this.#availability?.update();
    }
  }

  /** Starts at once when nothing else happens at this instant, else after all that could join. */
  #planStart(index: number, replica: Replica): void {
    if (replica.startPlanned) return;
    const now = this.nowSeconds;
    if (
      !this.#dispatching &&
      this.#source.nextArrivalSeconds > now &&
      this.#queue.nextSeconds > now &&
      this.#plans.nextSeconds > now
    ) {
      this.#start(index, replica);
      return;
    }
    replica.startPlanned = true;
    this.#queue.push(now, EVENT_CLASS.stepStart, index);
  }

  #start(index: number, replica: Replica): void {
    replica.startStep(this.nowSeconds);
    if (replica.dock.reserved.length > 0) {
      this.#moves!.begin(replica, this.nowSeconds, (request, seconds) => {
        this.#plans.push(seconds, EVENT_CLASS.landing, request);
      });
    }
    if (replica.busy) this.#queue.push(replica.stepEndSeconds, EVENT_CLASS.stepEnd, index);
  }

  #bringEndForward(index: number, replica: Replica): void {
    this.#queue.bringForward(replica.stepEndSeconds, EVENT_CLASS.stepEnd, index);
  }

  // ---- requests move from one replica to another ----

  #handOver(request: number): void {
    const index = this.#dispatcher.placeForDecoding(request, this.nowSeconds);
    this.replicas[index]!.dock.expect(request);
    this.#rouse(index);
  }

  #land(request: number): void {
    const from = this.log.replica[request]!;
    const to = this.log.decodeReplica[request]!;
    this.#moves!.land(request, this.nowSeconds);
    this.#rouse(from);
    this.#rouse(to);
  }

  /** Something has changed at a replica that its next batch may heed. */
  #rouse(index: number): void {
    const replica = this.replicas[index]!;
    if (replica.busy) {
      if (replica.cutJump(this.nowSeconds)) this.#bringEndForward(index, replica);
    } else if (replica.outstanding > 0) {
      this.#planStart(index, replica);
    }
  }

  // ---- plans of clients, and caches under way ----

  /**
   * Time of the next plan that still means something.
   * @param arrivalSeconds of the next request
   */
  #nextPlanSeconds(arrivalSeconds: number): number {
    const plans = this.#plans;
    while (plans.length > 0 && !this.#meansSomething(arrivalSeconds)) plans.pop();
    return plans.nextSeconds;
  }

  /** Whether clients still care for the next plan, or there is still work for which replicas come and go. */
  #meansSomething(arrivalSeconds: number): boolean {
    const { nextClass, nextSubject, nextSeconds } = this.#plans;
    switch (nextClass) {
      case EVENT_CLASS.giveUp:
        return this.#patience!.isDue(nextSubject, nextSeconds);
      case EVENT_CLASS.replicaDown:
      case EVENT_CLASS.replicaUp:
      case EVENT_CLASS.scaling:
        return this.#inSystem > 0 || arrivalSeconds < Infinity;
      default:
        return true;
    }
  }

  #carryOutPlan(): void {
    const { nextSubject: subject, nextClass } = this.#plans;
    this.#plans.pop();
    switch (nextClass) {
      case EVENT_CLASS.landing:
        this.#land(subject);
        break;
      case EVENT_CLASS.replicaDown:
        this.#fail(subject);
        break;
      case EVENT_CLASS.replicaUp:
        this.#availability!.comeUp(subject, this.nowSeconds);
        this.#dispatchHeld();
        break;
      case EVENT_CLASS.scaling:
        this.#availability!.scale(this.nowSeconds, this.#inSystem - this.#resting.size);
        this.#dispatchHeld();
        break;
      case EVENT_CLASS.giveUp:
        this.#giveUp(subject);
        break;
      case EVENT_CLASS.retry:
        if (this.log.status[subject] === STATUS.unfinished) this.#retry(subject);
    }
  }

  // ---- replicas come and go ----

  #fail(index: number): void {
    if (!this.#availability!.goDown(index, this.nowSeconds)) return;
    const replica = this.replicas[index]!;
    // The end of the step that is lost comes now, and finds nothing.
    if (replica.busy) this.#queue.bringForward(this.nowSeconds, EVENT_CLASS.stepEnd, index);
    for (const request of replica.crash(this.nowSeconds)) {
      this.#dispatcher.left(request, this.nowSeconds);
      if (this.#availability!.losesRequests) {
        if (!this.#planRetry(request)) this.#end(request, STATUS.failed);
      } else {
        this.#availability!.countRestart(request);
        this.log.beginAgain(request);
        this.#dispatch(request);
      }
    }
  }

  /** No replica is left, and none will come. */
  #loseHeld(): void {
    for (let request = this.#dispatcher.firstHeld; request >= 0; request = this.#dispatcher.firstHeld) {
      this.#dispatcher.forget(request);
      this.#end(request, STATUS.failed);
    }
  }

  #waitingCount(): number {
    let waiting = this.#dispatcher.heldCount;
    for (const replica of this.replicas) waiting += replica.waitingCount;
    return waiting;
  }

  #interrupt(): void {
    this.interrupted = true;
    for (const replica of this.replicas) replica.close();
    for (let request = 0; request < this.log.length; request++) {
      if (this.log.status[request] === STATUS.unfinished) this.log.status[request] = STATUS.interrupted;
    }
  }
}
