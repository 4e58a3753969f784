import { InputError } from "../core/errors.ts";
import { randomStream } from "../core/random.ts";
import { createArrivalProcess, type ArrivalProcess, type ArrivalSpec } from "./arrivals/arrival-process.ts";
import { requireCount, requirePositive } from "./checks.ts";
import { RequestMix, type RequestMixSpec } from "./clients/request-mix.ts";
import type { RequestDraft, RequestSource } from "./request.ts";

/** Where a generated workload ends, as plain data; at least one of the two is needed. */
export interface WorkloadEnd {
  /** After so many requests. */
  readonly requests?: number | undefined;
  /** Only requests that arrive before this time. */
  readonly durationSeconds?: number | undefined;
}

/** A workload described by distributions, as plain data. */
export interface SyntheticSpec extends RequestMixSpec, WorkloadEnd {
  readonly arrivals: ArrivalSpec;
}

/**
 * Draws requests one by one; memory does not grow with their number. Arrivals, input lengths, output lengths and
 * classes have a random stream each, so that changing one leaves the others as they are.
 * @throws InputError for a parameter out of range, class names that repeat or exceed 65,536, or when nothing says where
 * to end
 */
export function createSyntheticSource(spec: SyntheticSpec, seed: number): RequestSource {
  requireEnd(spec);
  return new SyntheticSource(spec, seed);
}

/** @throws InputError when nothing says where to end, or for an end out of range */
export function requireEnd({ requests, durationSeconds }: WorkloadEnd): void {
  if (requests === undefined && durationSeconds === undefined) {
    throw new InputError({
      message: "a generated workload needs an end",
      expected: "requests, durationSeconds or both",
    });
  }
  if (requests !== undefined) requireCount("requests", requests);
  if (durationSeconds !== undefined) requirePositive("durationSeconds", durationSeconds);
}

class SyntheticSource implements RequestSource {
  readonly classes: readonly string[];
  readonly knownCount: number | undefined;
  readonly #arrival: ArrivalProcess;
  readonly #mix: RequestMix;
  readonly #requests: number;
  readonly #durationSeconds: number;
  #taken = 0;
  #nextArrival = Infinity;

  constructor(spec: SyntheticSpec, seed: number) {
    this.#mix = new RequestMix(spec, seed);
    this.classes = this.#mix.classes;
    this.#requests = spec.requests ?? Infinity;
    this.#durationSeconds = spec.durationSeconds ?? Infinity;
    this.knownCount = spec.durationSeconds === undefined ? spec.requests : undefined;
    this.#arrival = createArrivalProcess(spec.arrivals, randomStream(seed, "arrivals"));
    this.#advance();
  }

  get nextArrivalSeconds(): number {
    return this.#nextArrival;
  }

  take(draft: RequestDraft): void {
    draft.arrivalSeconds = this.#nextArrival;
    draft.classIndex = this.#mix.drawClass();
    draft.systemPromptTokens = this.#mix.systemPromptTokens[draft.classIndex]!;
    draft.systemPromptId = this.#mix.systemPromptId[draft.classIndex]!;
    draft.inputTokens = draft.systemPromptTokens + this.#mix.drawInput(draft.classIndex);
    draft.outputTokens = this.#mix.drawOutput(draft.classIndex);
    draft.sessionId = -1;
    draft.sourceRow = this.#taken++;
    this.#advance();
  }

  #advance(): void {
    const arrival = this.#taken < this.#requests ? this.#arrival() : Infinity;
    this.#nextArrival = arrival < this.#durationSeconds ? arrival : Infinity;
  }
}
