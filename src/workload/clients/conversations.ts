import { EventQueue } from "../../core/event-queue.ts";
import { RunError } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { createArrivalProcess, type ArrivalProcess, type ArrivalSpec } from "../arrivals/arrival-process.ts";
import { MOST_TOKENS, requireCount, requireNotNegative } from "../checks.ts";
import { createLengthSampler, type LengthSampler, type LengthSpec } from "../lengths/length-sampler.ts";
import type { RequestDraft, RequestEnd, RequestSource } from "../request.ts";
import { requireEnd, type WorkloadEnd } from "../synthetic.ts";
import { createDurationSampler, type DurationSampler, type DurationSpec } from "./durations.ts";
import { RequestMix, type RequestMixSpec } from "./request-mix.ts";
import { Seats } from "./seats.ts";

/**
 * Who talks, as plain data: a fixed number of users, each of whom starts the next conversation after the last one
 * (closed loop), or conversations that begin at their own rate (partly open). The difference decides how a system under
 * load looks: Schroeder, Wierman and Harchol-Balter, "Open versus closed: a cautionary tale", NSDI 2006.
 */
export type Population =
  | {
      readonly kind: "closed";
      readonly users: number;
      /** The users send their first requests evenly spread over this time. */
      readonly rampUpSeconds: number;
    }
  | { readonly kind: "open"; readonly arrivals: ArrivalSpec };

export interface ConversationSpec extends RequestMixSpec, WorkloadEnd {
  readonly population: Population;
  /** From an answer to the next request of the same user. */
  readonly thinkTime: DurationSpec;
  /** Requests of a conversation, each with all before it as its context; absent for requests that stand alone. */
  readonly turns?: LengthSpec | undefined;
  /** A conversation ends before a turn whose prompt would be longer; at most 2^24 tokens. */
  readonly maxContextTokens?: number | undefined;
}

/** Class of events in the queue of users: they are all of one kind. */
const SEND = 0;

/** Requests that one user may see fail one after another, within so short a time, before the run is given up. */
const MOST_FAILURES_AT_ONCE = 1000;
const AT_ONCE_SECONDS = 1;

/**
 * Users who wait for an answer, think, and go on: `input` and `output` are the new tokens of a turn and of its answer.
 * A request that is not completed ends its conversation. All that a user will do next is drawn when it sends, so that
 * the draws do not depend on which of two answers comes first.
 * @throws InputError for a parameter out of range or a workload without an end
 */
export function createConversationSource(spec: ConversationSpec, seed: number): RequestSource {
  requireEnd(spec);
  requireCount("maxContextTokens", spec.maxContextTokens ?? MOST_TOKENS, MOST_TOKENS);
  if (spec.population.kind === "closed") {
    requireCount("users", spec.population.users);
    requireNotNegative("rampUpSeconds", spec.population.rampUpSeconds);
  }
  return new ConversationSource(spec, seed);
}

class ConversationSource implements RequestSource {
  readonly classes: readonly string[];
  readonly knownCount: number | undefined;
  readonly #mix: RequestMix;
  readonly #think: DurationSampler;
  readonly #turns: LengthSampler | undefined;
  readonly #requests: number;
  readonly #durationSeconds: number;
  readonly #maxContextTokens: number;
  readonly #closed: boolean;
  /** When the next conversation begins that nobody waits for. */
  readonly #begin: ArrivalProcess;
  readonly #seats = new Seats();
  /** When each user sends next. */
  readonly #sends = new EventQueue();
  #nextBegin: number;
  #sent = 0;
  #conversations = 0;

  constructor(spec: ConversationSpec, seed: number) {
    const { population, requests = Infinity, durationSeconds = Infinity } = spec;
    this.#mix = new RequestMix(spec, seed);
    this.classes = this.#mix.classes;
    this.#think = createDurationSampler(spec.thinkTime, randomStream(seed, "think-times"), "thinkTime");
    this.#turns = spec.turns && createLengthSampler(spec.turns, randomStream(seed, "turns"), "turns");
    this.#requests = requests;
    this.#durationSeconds = durationSeconds;
    this.#maxContextTokens = spec.maxContextTokens ?? MOST_TOKENS;
    this.knownCount = durationSeconds === Infinity && population.kind === "closed" ? requests : undefined;
    this.#closed = population.kind === "closed";
    this.#begin =
      population.kind === "closed"
        ? rampUp(population.users, population.rampUpSeconds)
        : createArrivalProcess(population.arrivals, randomStream(seed, "arrivals"));
    this.#nextBegin = this.#begin();
  }

  get nextArrivalSeconds(): number {
    const next = Math.min(this.#nextBegin, this.#sends.nextSeconds);
    return this.#sent < this.#requests && next < this.#durationSeconds ? next : Infinity;
  }

  take(draft: RequestDraft): void {
    const seconds = this.nextArrivalSeconds;
    const seat = this.#sends.nextSeconds <= this.#nextBegin ? this.#nextToSend() : this.#sitDown();
    const seats = this.#seats;
    if (seats.turnsLeft[seat] === 0) this.#beginConversation(seat);
    draft.arrivalSeconds = seconds;
    draft.classIndex = seats.classIndex[seat]!;
    draft.inputTokens = seats.nextInput[seat]!;
    draft.outputTokens = this.#mix.drawOutput(draft.classIndex);
    draft.sessionId = seats.session[seat]!;
    draft.conversationId = draft.sessionId;
    draft.systemPromptTokens = this.#mix.systemPromptTokens[draft.classIndex]!;
    draft.systemPromptId = this.#mix.systemPromptId[draft.classIndex]!;
    draft.clientId = seat;
    draft.sourceRow = this.#sent++;
    this.#planAhead(seat, draft);
  }

  requestEnded({ clientId, seconds, completed }: RequestEnd): void {
    const seats = this.#seats;
    if (!completed) seats.turnsLeft[clientId] = 0;
    if (seats.turnsLeft[clientId] === 0 && !this.#closed) {
      seats.free(clientId);
      return;
    }
    this.#guardProgress(clientId, completed, seconds);
    this.#sends.push(seconds + seats.thinkSeconds[clientId]!, SEND, clientId);
  }

  #nextToSend(): number {
    const seat = this.#sends.nextSubject;
    this.#sends.pop();
    return seat;
  }

  #sitDown(): number {
    this.#nextBegin = this.#begin();
    return this.#seats.take();
  }

  #beginConversation(seat: number): void {
    const seats = this.#seats;
    seats.classIndex[seat] = this.#mix.drawClass();
    seats.turnsLeft[seat] = this.#turns?.() ?? 1;
    seats.session[seat] = this.#turns === undefined ? -1 : this.#conversations++;
    const classIndex = seats.classIndex[seat];
    seats.nextInput[seat] = this.#mix.systemPromptTokens[classIndex]! + this.#mix.drawInput(classIndex);
  }

  /** What the user will do once this request is answered. */
  #planAhead(seat: number, { classIndex, inputTokens, outputTokens }: RequestDraft): void {
    const seats = this.#seats;
    seats.thinkSeconds[seat] = this.#think();
    seats.turnsLeft[seat]!--;
    if (seats.turnsLeft[seat] === 0) return;
    const prompt = inputTokens + outputTokens + this.#mix.drawInput(classIndex);
    if (prompt > this.#maxContextTokens) seats.turnsLeft[seat] = 0;
    else seats.nextInput[seat] = prompt;
  }

  /** Users who hardly think and are never served would send for ever in no time. */
  #guardProgress(seat: number, completed: boolean, seconds: number): void {
    const seats = this.#seats;
    if (completed || seats.failures[seat] === 0) seats.failingSinceSeconds[seat] = seconds;
    seats.failures[seat] = completed ? 0 : seats.failures[seat]! + 1;
    if (seats.failures[seat] < MOST_FAILURES_AT_ONCE || this.#requests < Infinity) return;
    seats.failures[seat] = 0;
    if (seconds - seats.failingSinceSeconds[seat]! > AT_ONCE_SECONDS) return;
    throw new RunError(
      `clients that hardly think send for ever: none of ${MOST_FAILURES_AT_ONCE} requests of one user was served ` +
        `until ${seconds} s, and only the end of the time would end that`,
    );
  }
}

/** First requests of the users, evenly spread; then nobody else comes. */
function rampUp(users: number, rampUpSeconds: number): ArrivalProcess {
  let started = 0;
  return () => (started < users ? (started++ / users) * rampUpSeconds : Infinity);
}
