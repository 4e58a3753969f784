import { FairQueue } from "../queues/fair-queue.ts";
import type { RequestLog } from "../request-log.ts";
import type { BatchBuilder, Scheduler } from "../scheduler.ts";
import { admitInTurn, serveInOrder, serveTogether } from "./running-first.ts";

/**
 * Fair shares by a virtual token counter: continuous batching that admits from the client (request class) that has got
 * the least service, prompt and output tokens counted with their weights, outputs as they are generated.
 * Source: Sheng et al., "Fairness in serving large language models", OSDI 2024, Alg. 2.
 */
export class FairShares implements Scheduler {
  readonly allocation = "chunk";
  readonly waiting: FairQueue;
  readonly #log: RequestLog;
  readonly #outputWeight: number;
  /** Requests that were admitted and whose output is not fully charged yet, and the tokens charged for each. */
  #served: number[] = [];
  readonly #chargedTokens = new Map<number, number>();

  /** Weights are whole numbers, so that counters are exact. */
  constructor(log: RequestLog, promptWeight: number, outputWeight: number) {
    this.#log = log;
    this.#outputWeight = outputWeight;
    this.waiting = new FairQueue(log, promptWeight);
  }

  formBatch(batch: BatchBuilder): void {
    this.#chargeOutput(batch);
    this.waiting.liftNewcomers();
    let budget = serveTogether(batch);
    if (budget < 0) budget = serveInOrder(batch, batch.runningRequests());
    if (budget < 0) return;
    admitInTurn(batch, budget);
    for (let i = 0; i < batch.prefillCount; i++) this.#remember(batch.prefillAt(i));
    if (batch.waitingCount > 0 && batch.runningCount < batch.engine.maxNumSeqs) {
      batch.settledSteps = this.#stepsUntilTurn(batch);
    }
  }

  /** Whoever comes back to the queue is lifted to the counters of now, which go on changing. */
  arrivalMayJoin(_batch: BatchBuilder, request: number): boolean {
    return this.waiting.lengthOf(this.#log.classIndex[request]!) === 1;
  }

  requestLeft(request: number): void {
    if (!this.#chargedTokens.has(request)) return;
    this.#charge(request, this.#log.generatedTokens[request]!);
    this.#chargedTokens.delete(request);
    this.#served = this.#served.filter((other) => other !== request);
  }

  #remember(request: number): void {
    if (this.#chargedTokens.has(request)) return;
    this.#chargedTokens.set(request, 0);
    this.#served.push(request);
  }

  /** Charges the tokens that have come out since the last batch. */
  #chargeOutput(batch: BatchBuilder): void {
    this.#served = this.#served.filter((request) => {
      this.#charge(request, batch.generatedTokens(request));
      if (!batch.hasEnded(request)) return true;
      this.#chargedTokens.delete(request);
      return false;
    });
  }

  #charge(request: number, generatedTokens: number): void {
    const tokens = generatedTokens - this.#chargedTokens.get(request)!;
    this.waiting.counters[this.#log.classIndex[request]!]! += this.#outputWeight * tokens;
    this.#chargedTokens.set(request, generatedTokens);
  }

  /** Decode steps until another waiting client has got less than the one that is first now. */
  #stepsUntilTurn(batch: BatchBuilder): number {
    const { waiting } = this;
    const rates = new Int32Array(waiting.counters.length);
    for (const request of this.#served) {
      if (batch.isDecoding(request)) rates[this.#log.classIndex[request]!]! += this.#outputWeight;
    }
    const first = waiting.firstClient;
    let steps = Infinity;
    for (let client = 0; client < rates.length; client++) {
      const closing = rates[first]! - rates[client]!;
      if (!waiting.isWaiting(client) || closing <= 0) continue;
      const turn = (waiting.counters[client]! - waiting.counters[first]!) / closing;
      // At equal counters the earlier arrival goes first.
      steps = Math.min(steps, waiting.arrivedBefore(client, first) ? Math.ceil(turn) : Math.floor(turn) + 1);
    }
    return steps;
  }
}
