import type { DecodeLedger } from "./decode/ledger.ts";
import type { KvPool } from "./kv-pool.ts";
import type { PrefixCache } from "./prefix-cache/prefix-cache.ts";
import { PHASE, type RequestLog } from "./request-log.ts";
import type { Allocation } from "./scheduler.ts";

/** How many KV blocks a request holds and needs, by the way in which its scheduler allocates them. */
export class BlockDemand {
  readonly #allocation: Allocation;
  readonly #log: RequestLog;
  readonly #pool: KvPool;
  readonly #ledger: DecodeLedger;
  readonly #cache: PrefixCache | undefined;
  readonly #windowTokens: number;

  /** @param windowTokens of a sliding window that frees what is behind it; Infinity for none */
  constructor(
    allocation: Allocation,
    log: RequestLog,
    pool: KvPool,
    ledger: DecodeLedger,
    cache: PrefixCache | undefined,
    windowTokens: number,
  ) {
    this.#allocation = allocation;
    this.#log = log;
    this.#pool = pool;
    this.#ledger = ledger;
    this.#cache = cache;
    this.#windowTokens = windowTokens;
  }

  /** Blocks to be taken for `tokens` more tokens of a prefilling or waiting request. */
  ofChunk(request: number, tokens: number): number {
    const log = this.#log;
    const waits = log.phase[request] === PHASE.waiting;
    if (waits && this.#cache !== undefined && log.computedTokens[request] === 0) {
      return this.#ofSharedPrompt(request, tokens, this.#cache);
    }
    switch (this.#allocation) {
      case "chunk": {
        const computed = log.computedTokens[request]!;
        return this.#pool.blocksFor(computed + tokens) - (waits ? 0 : this.#pool.blocksFor(computed));
      }
      case "prompt":
        if (log.phase[request] === PHASE.landed) return this.#ofPrompt(request) - this.ofComputed(request);
        return waits ? this.#ofPrompt(request) : 0;
      case "sequence":
        return waits ? this.ofWhole(request) : 0;
      case "batch":
        return 0;
    }
  }

  /** Blocks to be taken for the next step of a decoding request. */
  ofToken(request: number): number {
    const ledger = this.#ledger;
    return this.#pool.blocksToGrow(ledger.computedTokens(request), ledger.tokensAhead(request));
  }

  /** Blocks of a whole sequence; its last token is sampled but never stored. */
  ofWhole(request: number): number {
    return this.#kept(this.#log.inputTokens[request]! + this.#log.outputTokens[request]! - 1);
  }

  /** Blocks of the tokens that are computed, on the device or on the host, of a request that does not decode. */
  ofComputed(request: number): number {
    return this.#kept(this.#log.computedTokens[request]!);
  }

  /** Blocks wholly behind the sliding window of the next token, after so many. */
  behindWindow(computedTokens: number): number {
    const tokens = computedTokens - this.#windowTokens + 1;
    return tokens <= 0 ? 0 : Math.floor(tokens / this.#pool.blockSize);
  }

  /** Blocks of so many computed tokens that the next one may still look at. */
  #kept(computedTokens: number): number {
    return this.#pool.blocksFor(computedTokens) - this.behindWindow(computedTokens);
  }

  /** Blocks that a request has taken and not given back. */
  held(request: number): number {
    const phase = this.#log.phase[request]!;
    if (phase === PHASE.waiting || this.#allocation === "batch") return 0;
    if (this.#allocation === "sequence") return this.ofWhole(request);
    if (phase === PHASE.landed) return this.ofComputed(request);
    if (phase === PHASE.decoding) return this.#kept(this.#ledger.computedTokens(request));
    return this.#allocation === "chunk" ? this.ofComputed(request) : this.#ofPrompt(request);
  }

  /** Blocks that a waiting request has to take beside those that others hold as well. */
  #ofSharedPrompt(request: number, tokens: number, cache: PrefixCache): number {
    const { inputTokens, generatedTokens } = this.#log;
    cache.match(request, inputTokens[request]! + generatedTokens[request]!);
    const blocks =
      this.#allocation === "chunk"
        ? this.#pool.blocksFor(cache.matchedTokens + tokens)
        : this.#ofPrompt(request);
    return blocks - cache.matchedHeldBlocks;
  }

  /** Blocks of all that has to be in the cache before the next output token. */
  #ofPrompt(request: number): number {
    return this.#pool.blocksFor(this.#log.inputTokens[request]! + this.#log.generatedTokens[request]!);
  }
}
