import { InputError } from "../core/errors.ts";
import { randomStream, type Random } from "../core/random.ts";
import { createArrivalProcess, type ArrivalProcess, type ArrivalSpec } from "./arrivals/arrival-process.ts";
import { requireClassNames, requireCount, requirePositive } from "./checks.ts";
import { createEmpiricalSampler } from "./lengths/empirical.ts";
import { createLengthSampler, type LengthSampler, type LengthSpec } from "./lengths/length-sampler.ts";
import type { RequestDraft, RequestSource } from "./request.ts";
import { DEFAULT_CLASS } from "./request-table.ts";

/** A workload described by distributions, as plain data. Input and output lengths are independent of each other. */
export interface SyntheticSpec {
  readonly arrivals: ArrivalSpec;
  readonly input: LengthSpec;
  readonly output: LengthSpec;
  /** Ends after so many requests; at least one of `requests` and `durationSeconds` is needed. */
  readonly requests?: number | undefined;
  /** Only requests that arrive before this time. */
  readonly durationSeconds?: number | undefined;
  /** Request classes and their shares (any positive weights); one class "default" without it. */
  readonly classes?: readonly { readonly name: string; readonly weight: number }[] | undefined;
}

/**
 * Draws requests one by one; memory does not grow with their number. Arrivals, input lengths, output lengths and
 * classes have a random stream each, so that changing one leaves the others as they are.
 * @throws InputError for a parameter out of range, class names that repeat or exceed 65,536, or when nothing says where
 * to end
 */
export function createSyntheticSource(spec: SyntheticSpec, seed: number): RequestSource {
  const { requests, durationSeconds } = spec;
  if (requests === undefined && durationSeconds === undefined) {
    throw new InputError({
      message: "a synthetic workload needs an end",
      expected: "requests, durationSeconds or both",
    });
  }
  if (requests !== undefined) requireCount("requests", requests);
  if (durationSeconds !== undefined) requirePositive("durationSeconds", durationSeconds);
  return new SyntheticSource(spec, seed);
}

class SyntheticSource implements RequestSource {
  readonly classes: readonly string[];
  readonly knownCount: number | undefined;
  readonly #arrival: ArrivalProcess;
  readonly #inputLength: LengthSampler;
  readonly #outputLength: LengthSampler;
  readonly #drawClass: () => number;
  readonly #requests: number;
  readonly #durationSeconds: number;
  #taken = 0;
  #nextArrival = Infinity;

  constructor(spec: SyntheticSpec, seed: number) {
    const { classes = [{ name: DEFAULT_CLASS, weight: 1 }] } = spec;
    this.classes = classes.map(({ name }) => name);
    requireClassNames(this.classes);
    this.#requests = spec.requests ?? Infinity;
    this.#durationSeconds = spec.durationSeconds ?? Infinity;
    this.knownCount = spec.durationSeconds === undefined ? spec.requests : undefined;
    this.#arrival = createArrivalProcess(spec.arrivals, randomStream(seed, "arrivals"));
    this.#inputLength = createLengthSampler(spec.input, randomStream(seed, "input-lengths"), "input");
    this.#outputLength = createLengthSampler(spec.output, randomStream(seed, "output-lengths"), "output");
    this.#drawClass = createClassSampler(
      classes.map(({ weight }) => weight),
      randomStream(seed, "classes"),
    );
    this.#advance();
  }

  get nextArrivalSeconds(): number {
    return this.#nextArrival;
  }

  take(draft: RequestDraft): void {
    draft.arrivalSeconds = this.#nextArrival;
    draft.inputTokens = this.#inputLength();
    draft.outputTokens = this.#outputLength();
    draft.classIndex = this.#drawClass();
    draft.sessionId = -1;
    draft.sourceRow = this.#taken++;
    this.#advance();
  }

  #advance(): void {
    const arrival = this.#taken < this.#requests ? this.#arrival() : Infinity;
    this.#nextArrival = arrival < this.#durationSeconds ? arrival : Infinity;
  }
}

function createClassSampler(weights: readonly number[], random: Random): () => number {
  if (weights.length === 1) return () => 0;
  // The empirical sampler draws whole numbers from 1, classes count from 0.
  const ordinal = createEmpiricalSampler(
    { kind: "empirical", values: weights.map((_, i) => i + 1), weights },
    random,
    "classes",
  );
  return () => ordinal() - 1;
}
