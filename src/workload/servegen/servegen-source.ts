import { randomGamma, randomWeibull } from "d3-random";
import { randomStream, type Random } from "../../core/random.ts";
import { gammaFunction } from "../arrivals/weibull-moments.ts";
import { refusal, requireClassNames, requireNotNegative, requirePositive } from "../checks.ts";
import { createEmpiricalSampler } from "../lengths/empirical.ts";
import type { LengthSampler } from "../lengths/length-sampler.ts";
import type { RequestDraft, RequestSource } from "../request.ts";
import type { LengthWindow, RateWindow, ServegenClient } from "./client-files.ts";

export interface ServegenOptions {
  /** Where in the clients' time to start; 0 by default. Arrivals count from here. */
  readonly startSeconds?: number | undefined;
  /** Default: to the end of the longest client. */
  readonly durationSeconds?: number | undefined;
  /** Multiplies every rate; 1 by default. */
  readonly rateFactor?: number | undefined;
}

/**
 * Draws requests from clients window by window and merges them by arrival; each client is a class.
 *
 * Gaps are drawn with mean 1 from the window's distribution (its fitted shape decides how bursty they are) and measured
 * in expected requests, `∫ rate dt`. So every window keeps its stated rate exactly in the mean, whatever the fitted
 * scale says, and a gap that runs over the end of a window goes on at the next window's rate.
 * @throws InputError for an option out of range, for client names that repeat, or for more than 65,536 clients
 */
export function createServegenSource(
  clients: readonly ServegenClient[],
  options: ServegenOptions,
  seed: number,
): RequestSource {
  const { startSeconds = 0, rateFactor = 1 } = options;
  const names = clients.map(({ name }) => name);
  requireClassNames(names);
  const longest = Math.max(...clients.map(({ endSeconds }) => endSeconds));
  requireNotNegative("startSeconds", startSeconds);
  if (!(startSeconds < longest))
    throw refusal("startSeconds", startSeconds, `a time before ${longest} s, the end`);
  const { durationSeconds = longest - startSeconds } = options;
  requirePositive("durationSeconds", durationSeconds);
  requirePositive("rateFactor", rateFactor);
  return new ServegenSource(
    clients.map((client) => new ClientStream(client, startSeconds, durationSeconds, rateFactor, seed)),
    names,
  );
}

class ServegenSource implements RequestSource {
  readonly classes: readonly string[];
  readonly knownCount = undefined;
  readonly #streams: readonly ClientStream[];
  #taken = 0;
  #next = 0;

  constructor(streams: readonly ClientStream[], names: readonly string[]) {
    this.#streams = streams;
    this.classes = names;
    this.#next = this.#earliest();
  }

  get nextArrivalSeconds(): number {
    return this.#streams[this.#next]!.nextArrivalSeconds;
  }

  take(draft: RequestDraft): void {
    draft.classIndex = this.#next;
    draft.sessionId = -1;
    draft.sourceRow = this.#taken++;
    this.#streams[this.#next]!.take(draft);
    this.#next = this.#earliest();
  }

  #earliest(): number {
    let earliest = 0;
    this.#streams.forEach((stream, i) => {
      if (stream.nextArrivalSeconds < this.#streams[earliest]!.nextArrivalSeconds) earliest = i;
    });
    return earliest;
  }
}

/** The requests of one client, on the clock that starts at `startSeconds`. */
class ClientStream {
  readonly #client: ServegenClient;
  readonly #startSeconds: number;
  readonly #endSeconds: number;
  readonly #rateFactor: number;
  readonly #arrivals: Random;
  readonly #inputLengths: Random;
  readonly #outputLengths: Random;
  #now: number;
  #rateWindow = 0;
  #gap: () => number;
  #lengthWindow = -1;
  #inputLength: LengthSampler = () => 0;
  #outputLength: LengthSampler = () => 0;
  nextArrivalSeconds = 0;

  constructor(
    client: ServegenClient,
    startSeconds: number,
    durationSeconds: number,
    rateFactor: number,
    seed: number,
  ) {
    this.#client = client;
    this.#startSeconds = startSeconds;
    this.#endSeconds = Math.min(client.endSeconds, startSeconds + durationSeconds);
    this.#rateFactor = rateFactor;
    this.#arrivals = randomStream(seed, `servegen/${client.name}/arrivals`);
    this.#inputLengths = randomStream(seed, `servegen/${client.name}/input-lengths`);
    this.#outputLengths = randomStream(seed, `servegen/${client.name}/output-lengths`);
    this.#now = Math.max(startSeconds, client.rates[0]!.startSeconds);
    while (this.#windowEnd() <= this.#now && this.#rateWindow + 1 < client.rates.length) this.#rateWindow++;
    this.#gap = unitGap(client.rates[this.#rateWindow]!, this.#arrivals);
    this.#advance();
  }

  take(draft: RequestDraft): void {
    this.#enterLengthWindow();
    draft.arrivalSeconds = this.nextArrivalSeconds;
    draft.inputTokens = this.#inputLength();
    draft.outputTokens = this.#outputLength();
    this.#advance();
  }

  #advance(): void {
    let remaining = this.#gap();
    for (;;) {
      const rate = this.#client.rates[this.#rateWindow]!.ratePerSecond * this.#rateFactor;
      const windowEnd = Math.min(this.#windowEnd(), this.#endSeconds);
      const arrival = rate === 0 ? Infinity : this.#now + remaining / rate;
      if (arrival < windowEnd) {
        this.#now = arrival;
        this.nextArrivalSeconds = arrival - this.#startSeconds;
        return;
      }
      if (windowEnd === this.#endSeconds) {
        this.nextArrivalSeconds = Infinity;
        return;
      }
      remaining -= (windowEnd - this.#now) * rate;
      this.#now = windowEnd;
      this.#gap = unitGap(this.#client.rates[++this.#rateWindow]!, this.#arrivals);
    }
  }

  #windowEnd(): number {
    return this.#client.rates[this.#rateWindow + 1]?.startSeconds ?? this.#client.endSeconds;
  }

  #enterLengthWindow(): void {
    const { lengths, name } = this.#client;
    const before = this.#lengthWindow;
    // The first window also serves what comes before it.
    if (this.#lengthWindow < 0) this.#lengthWindow = 0;
    while ((lengths[this.#lengthWindow + 1]?.startSeconds ?? Infinity) <= this.#now) this.#lengthWindow++;
    if (this.#lengthWindow === before) return;
    const window: LengthWindow = lengths[this.#lengthWindow]!;
    this.#inputLength = createEmpiricalSampler(window.input, this.#inputLengths, `${name}.input_tokens`);
    this.#outputLength = createEmpiricalSampler(window.output, this.#outputLengths, `${name}.output_tokens`);
  }
}

/** Gaps with mean 1; none are drawn in a silent window. */
function unitGap({ gaps, shape, ratePerSecond }: RateWindow, random: Random): () => number {
  if (ratePerSecond === 0) return () => Infinity;
  return gaps === "gamma"
    ? randomGamma.source(random)(shape, 1 / shape)
    : randomWeibull.source(random)(shape, 0, 1 / gammaFunction(1 + 1 / shape));
}
