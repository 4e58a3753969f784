import { EVENT_CLASS, EventQueue } from "../core/event-queue.ts";
import { GapSketch } from "../core/gap-sketch.ts";
import { RequestDraft, type RequestSource } from "../workload/request.ts";
import type { SimulationConfig } from "./config.ts";
import { TimelineSampler } from "./metrics/timeline.ts";
import type { SimulationObserver } from "./observer.ts";
import { Replica } from "./replica.ts";
import { RequestLog } from "./request-log.ts";
import { STATUS, type RunEffort, type Timeline } from "./result.ts";
import { ROUTER_BY_NAME, type Router } from "./router.ts";
import { SCHEDULER_BY_NAME } from "./schedulers/registry.ts";

/** Events between two calls of the observer. */
const EVENTS_PER_PROGRESS = 8192;

/**
 * The run loop: arrivals in order from the source, ends and starts of steps from the event queue, each instant in the
 * order step ends, arrivals, step starts, samples.
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
  /** The observer stopped the run. */
  interrupted = false;
  readonly #source: RequestSource;
  readonly #config: SimulationConfig;
  readonly #queue = new EventQueue();
  readonly #router: Router;
  readonly #sampler: TimelineSampler | undefined;
  readonly #draft = new RequestDraft();
  #events = 0;
  #finished = 0;
  #inSystem = 0;

  constructor(source: RequestSource, config: SimulationConfig) {
    this.#source = source;
    this.#config = config;
    this.log = new RequestLog(source.classes, source.knownCount);
    const { scheduler, engine, cost, replicas, router, mode, timelineSeconds } = config;
    const jumps = mode === "fast-forward";
    this.replicas = Array.from(
      { length: replicas },
      () => new Replica(this.log, this.gaps, SCHEDULER_BY_NAME[scheduler], engine, cost, jumps),
    );
    this.#router = ROUTER_BY_NAME[router](this.replicas);
    this.#sampler = timelineSeconds > 0 ? new TimelineSampler(timelineSeconds, this.replicas) : undefined;
  }

  get timeline(): Timeline | undefined {
    return this.#sampler?.timeline();
  }

  /** Runs to the end, or until the observer stops it: then the open requests are marked as interrupted. */
  run(observer: SimulationObserver | undefined): void {
    const source = this.#source;
    const queue = this.#queue;
    for (;;) {
      const arrival = source.nextArrivalSeconds;
      const event = queue.nextSeconds;
      if (
        arrival < event ||
        (arrival === event && arrival !== Infinity && queue.nextClass > EVENT_CLASS.arrival)
      ) {
        this.#passTime(arrival);
        this.#arrive();
      } else {
        if (event === Infinity) break;
        this.#passTime(event);
        this.#step();
      }
      if (
        ++this.#events % EVENTS_PER_PROGRESS === 0 &&
        observer?.onProgress(this.#finished, this.nowSeconds) === false
      ) {
        this.#interrupt();
        return;
      }
    }
    for (const replica of this.replicas) replica.close();
  }

  effort(): RunEffort {
    let steps = 0;
    let stops = 0;
    let prefillSteps = 0;
    let jumpsCut = 0;
    for (const { meter } of this.replicas) {
      steps += meter.steps;
      stops += meter.stops;
      prefillSteps += meter.prefillSteps;
      jumpsCut += meter.jumpsCut;
    }
    return {
      events: this.#events,
      steps,
      stepsSkipped: steps - stops,
      stepsByReason: {
        prompt_in_batch: prefillSteps,
        arrival_cut_jump: jumpsCut,
        batch_or_cost_changed: stops - prefillSteps - jumpsCut,
      },
    };
  }

  #passTime(seconds: number): void {
    this.#sampler?.sampleBefore(seconds);
    this.requestSeconds += this.#inSystem * (seconds - this.nowSeconds);
    this.nowSeconds = seconds;
  }

  #arrive(): void {
    const draft = this.#draft;
    this.#source.take(draft);
    const seconds = draft.arrivalSeconds;
    if (this.log.length === 0) this.firstArrivalSeconds = seconds;
    const { fromSeconds, untilSeconds } = this.#config.window;
    const request = this.log.append(draft, seconds >= fromSeconds && seconds < untilSeconds);
    if (!this.#admissible(request)) {
      this.#finished++;
      return;
    }
    this.#inSystem++;
    const index = this.#router.route();
    const replica = this.replicas[index]!;
    this.log.replica[request] = index;
    replica.enqueue(request);
    if (!replica.busy) this.#planStart(index, replica);
    else if (replica.cutJump(seconds)) {
      this.#queue.bringForward(replica.stepEndSeconds, EVENT_CLASS.stepEnd, index);
    }
  }

  #step(): void {
    const queue = this.#queue;
    const index = queue.nextSubject;
    const isEnd = queue.nextClass === EVENT_CLASS.stepEnd;
    queue.pop();
    const replica = this.replicas[index]!;
    if (!isEnd) {
      this.#start(index, replica);
      return;
    }
    const finished = replica.finishStep();
    this.#finished += finished;
    this.#inSystem -= finished;
    if (replica.outstanding > 0) this.#planStart(index, replica);
    else replica.close();
  }

  /** Starts at once when nothing else happens at this instant, else after all that could join. */
  #planStart(index: number, replica: Replica): void {
    if (replica.startPlanned) return;
    const now = this.nowSeconds;
    if (this.#source.nextArrivalSeconds > now && this.#queue.nextSeconds > now) {
      this.#start(index, replica);
      return;
    }
    replica.startPlanned = true;
    this.#queue.push(now, EVENT_CLASS.stepStart, index);
  }

  #start(index: number, replica: Replica): void {
    replica.startStep(this.nowSeconds);
    if (replica.busy) this.#planEnd(index, replica);
  }

  #planEnd(index: number, replica: Replica): void {
    this.#queue.push(replica.stepEndSeconds, EVENT_CLASS.stepEnd, index);
  }

  /** Requests that could never run are refused at the door, with the reason. */
  #admissible(request: number): boolean {
    const { engine } = this.#config;
    const tokens = this.log.inputTokens[request]! + this.log.outputTokens[request]!;
    if (tokens > engine.maxModelLen) {
      this.log.reject(request, "longer-than-max-model-len");
      return false;
    }
    // The last token is sampled but its keys and values are never stored.
    if (Math.ceil((tokens - 1) / engine.blockSize) > engine.kvBlocks) {
      this.log.reject(request, "never-fits-kv");
      return false;
    }
    return true;
  }

  #interrupt(): void {
    this.interrupted = true;
    for (const replica of this.replicas) replica.close();
    for (let request = 0; request < this.log.length; request++) {
      if (this.log.status[request] === STATUS.unfinished) this.log.status[request] = STATUS.interrupted;
    }
  }
}
