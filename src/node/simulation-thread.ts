import { Worker } from "node:worker_threads";
import { InputError, RunError } from "../core/errors.ts";
import type { ReplayOptions, ReplayOutcome } from "../scenario/replay.ts";
import type { RequestSupply } from "../scenario/request-supply.ts";
import type { System, Traffic } from "../scenario/scenario.ts";
import {
  CONTROL_BYTES,
  controlOf,
  type SimulationAnswer,
  type SimulationRequest,
} from "./simulation-protocol.ts";

/** A replay's outcome and how long it took by the wall clock, from its first to its last event. */
export interface TimedOutcome {
  readonly outcome: ReplayOutcome;
  readonly wallSeconds: number;
}

/**
 * A thread that simulates while this one reads files, draws progress and hears Ctrl-C. Starting it first lets it load
 * its code while this thread loads its own.
 */
export class SimulationThread {
  readonly #memory = new SharedArrayBuffer(CONTROL_BYTES);
  readonly #control = controlOf(this.#memory);
  readonly #worker = startWorker(this.#memory);
  readonly #followers: SimulationThread[] = [];
  /** Systems that the thread knows, by their place. */
  readonly #places = new Map<System, number>();
  #simulating = false;
  #announceStart: () => void = () => undefined;

  /** Fulfilled when the first replay is asked for: while the thread simulates, its owner has time for other things. */
  readonly started = new Promise<void>((resolve) => (this.#announceStart = resolve));

  /** Never fulfilled; rejected when the thread itself breaks down. */
  readonly #breakdown = new Promise<never>((_resolve, reject) => this.#worker.once("error", reject));

  constructor() {
    this.#breakdown.catch(() => undefined); // Whoever awaits a replay hears of it.
  }

  /** Sends the requests that all following replays share. */
  supply(supply: RequestSupply): void {
    this.#post({ kind: "supply", supply });
  }

  /**
   * Replays the supplied requests on one system.
   * @throws InputError or RunError as the simulation did
   */
  replay(scenario: Traffic, system: System, options: ReplayOptions): Promise<TimedOutcome> {
    const { seed, slo, clients, margins } = scenario;
    this.#simulating = true;
    this.#announceStart();
    this.#control.progress.fill(0);
    const answered = new Promise<TimedOutcome>((resolve, reject) => {
      this.#worker.once("message", (answer: SimulationAnswer) => {
        if (answer.kind === "done") resolve(answer);
        else reject(errorOf(answer));
      });
    });
    this.#post({
      kind: "replay",
      scenario: { seed, slo, clients, margins },
      system: this.#placeOf(system),
      options,
    });
    return Promise.race([answered, this.#breakdown]);
  }

  /** Another thread, which stops and closes when this one does. */
  follower(): SimulationThread {
    const follower = new SimulationThread();
    this.#followers.push(follower);
    return follower;
  }

  /** Asks the running replay to end; what completed is kept. */
  stop(): void {
    Atomics.store(this.#control.stop, 0, 1);
    for (const follower of this.#followers) follower.stop();
  }

  /** A replay was asked for: from here on there is something to keep. */
  get simulating(): boolean {
    return this.#simulating;
  }

  get stopped(): boolean {
    return Atomics.load(this.#control.stop, 0) === 1;
  }

  /** Requests that have ended so far in the running replay. */
  get finishedRequests(): number {
    return this.#control.progress[0]!;
  }

  /** How far the running replay has come on the trace's clock. */
  get simulatedSeconds(): number {
    return this.#control.progress[1]!;
  }

  async close(): Promise<void> {
    await Promise.all(this.#followers.map((follower) => follower.close()));
    await this.#worker.terminate();
  }

  /** A system is sent once: what the thread works out of it serves all its replays. */
  #placeOf(system: System): number {
    let place = this.#places.get(system);
    if (place === undefined) {
      place = this.#places.size;
      this.#places.set(system, place);
      this.#post({ kind: "system", system });
    }
    return place;
  }

  #post(request: SimulationRequest): void {
    this.#worker.postMessage(request);
  }
}

/** @throws RunError when this is not the built program: loaders of sources do not reach into threads. */
function startWorker(memory: SharedArrayBuffer): Worker {
  if (import.meta.url.endsWith(".ts")) {
    throw new RunError("only the built program simulates: npm run build, then npx ador");
  }
  return new Worker(new URL("./simulation-worker.js", import.meta.url), { workerData: memory });
}

function errorOf(answer: Exclude<SimulationAnswer, { kind: "done" }>): Error {
  switch (answer.kind) {
    case "input-error":
      return new InputError(answer.problems);
    case "run-error":
      return new RunError(answer.message);
    case "crash":
      return new Error(answer.message);
  }
}
