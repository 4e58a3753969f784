import type { KvPool } from "../kv-pool.ts";
import { BlockStore } from "./block-store.ts";
import type { BlockTier } from "./block-tier.ts";
import type { PromptPaths } from "./prompt-paths.ts";
import { BlockRun, type CachedText } from "./run-queue.ts";

/** What a running request holds in the cache. */
interface Holding {
  /** Leading blocks that the cache knows. */
  blocks: number;
  /** Places of blocks that it computed while somebody else held them already; undefined as long as there are none. */
  copied: { readonly from: number; readonly to: number }[] | undefined;
  /** The text of its path that block number `blocks` belongs to, or one before it. */
  text: number;
}

/**
 * Which full blocks of one replica's pool hold what, so that requests that begin alike share them: counted references,
 * and blocks that nobody holds stay until their room is needed, the one freed longest ago first, of one request the
 * last ones first. Works as vLLM's prefix caching does (vllm-project/vllm, vllm/v1/core/kv_cache_manager.py and
 * block_pool.py), but keeps blocks in runs, so that nothing here costs time per block or token; a block that was
 * computed twice is known once, and its copy takes the other's place among the free ones.
 */
export class PrefixCache {
  /** Of the last `match`: leading blocks of the request that are cached, and those of them that others hold now. */
  matchedBlocks = 0;
  matchedHeldBlocks = 0;
  /** Blocks that follow those in slower memories, worth loading, and the time that takes. */
  loadableBlocks = 0;
  loadSeconds = 0;
  /** Of all admissions: tokens that did not have to be computed. */
  reusedTokens = 0;
  /** Of first admissions: prompt tokens and blocks looked for, and found. */
  queriedTokens = 0;
  hitTokens = 0;
  queriedBlocks = 0;
  hitBlocks = 0;
  /** Seconds that loading from slower memories took. */
  loadedSeconds = 0;
  readonly tiers: readonly BlockTier[];
  readonly store: BlockStore;
  readonly #pool: KvPool;
  readonly #paths: PromptPaths;
  readonly #holdings = new Map<number, Holding>();
  /** Blocks of each tier that the last `match` found worth loading. */
  readonly #loadable: Int32Array;
  /** What the last `match` was for and the blocks in use then; no request when things have changed since. */
  #matchedRequest = -1;
  #matchedFor = 0;
  #matchedUsedBlocks = 0;

  /** @param tiers where displaced blocks go, each into the next */
  constructor(pool: KvPool, paths: PromptPaths, tiers: readonly BlockTier[] = []) {
    this.#pool = pool;
    this.#paths = paths;
    this.tiers = tiers;
    this.store = new BlockStore(pool, tiers[0]);
    this.#loadable = new Int32Array(tiers.length);
  }

  /** Finds the leading full blocks of a request's `tokens` tokens, of which the last one is always computed again. */
  match(request: number, tokens: number): void {
    const { usedBlocks } = this.#pool;
    const known = request === this.#matchedRequest && tokens === this.#matchedFor;
    if (known && usedBlocks === this.#matchedUsedBlocks) return;
    this.store.settle();
    this.#matchedRequest = request;
    this.#matchedFor = tokens;
    this.#matchedUsedBlocks = usedBlocks;
    const paths = this.#paths;
    const limit = this.#blocksIn(tokens - 1);
    const count = paths.count(request);
    let block = 0;
    let held = 0;
    let loadable = 0;
    this.#loadable.fill(0);
    for (let i = 0; i < count && block < limit; i++) {
      const end = Math.min(limit, this.#blocksIn(paths.endAt(request, i)));
      if (end <= block) continue;
      const key = paths.keyAt(request, i);
      for (let run = this.store.find(key)?.first; run !== undefined; run = run.after) {
        if (run.from >= end) break;
        const blocks = Math.min(run.to, end) - run.from;
        if (run.holders > 0) held += blocks;
        block += blocks;
      }
      if (block < end && this.tiers.length > 0) {
        const found = this.#matchInTiers(key, block, end);
        loadable += found;
        block += found;
      }
      if (block < end) break;
    }
    this.matchedBlocks = block - loadable;
    this.matchedHeldBlocks = held;
    this.loadableBlocks = loadable;
    this.loadSeconds = 0;
    for (let i = 0; i < this.tiers.length; i++) {
      this.loadSeconds += this.#loadable[i]! * this.tiers[i]!.config.secondsPerBlock;
    }
  }

  /** Blocks of a text from `from` on that slower memories hold without a gap and that are worth loading. */
  #matchInTiers(key: number, from: number, to: number): number {
    let block = from;
    for (let i = 0; i < this.tiers.length; i++) {
      const tier = this.tiers[i]!;
      if (!tier.isLoaded) continue;
      const found = tier.count(key, block, to);
      this.#loadable[i]! += found;
      block += found;
    }
    return block - from;
  }

  /** Tokens in what the last `match` has found. */
  get matchedTokens(): number {
    return (this.matchedBlocks + this.loadableBlocks) * this.#pool.blockSize;
  }

  /** A request starts whose cache comes from elsewhere: nothing that it holds is known yet. */
  admitUnknown(request: number): void {
    this.#holdings.set(request, { blocks: 0, copied: undefined, text: 0 });
  }

  /**
   * A request of `tokens` tokens starts and holds what the last `match`, which was for it, has found here; what slower
   * memories hold of it comes with the blocks that it takes next. Returns the blocks that were free.
   */
  admit(request: number, tokens: number): number {
    this.#count(request, tokens);
    this.#matchedRequest = -1;
    const paths = this.#paths;
    const limit = this.matchedBlocks;
    const holding: Holding = { blocks: 0, copied: undefined, text: 0 };
    this.#holdings.set(request, holding);
    let taken = 0;
    for (let i = 0; holding.blocks < limit; i++) {
      const end = Math.min(limit, this.#blocksIn(paths.endAt(request, i)));
      holding.text = i;
      if (end <= holding.blocks) continue;
      const text = this.store.find(paths.keyAt(request, i))!;
      for (let run = text.first; run !== undefined && run.from < end; run = run.after) {
        if (run.to > end) this.store.split(run, end);
        const blocks = run.to - run.from;
        if (run.holders++ === 0) {
          this.store.takeOut(run);
          taken += blocks;
        }
        holding.blocks += blocks;
      }
    }
    this.#pool.take(taken);
    return taken;
  }

  #count(request: number, tokens: number): void {
    const { cachedTokens } = this.#paths;
    const found = this.matchedTokens;
    this.reusedTokens += found;
    this.loadedSeconds += this.loadSeconds;
    for (let i = 0; i < this.tiers.length; i++) this.tiers[i]!.loadedBlocks += this.#loadable[i]!;
    if (cachedTokens[request]! >= 0) return;
    cachedTokens[request] = found;
    this.queriedTokens += tokens;
    this.hitTokens += found;
    this.queriedBlocks += this.#pool.blocksFor(tokens);
    this.hitBlocks += found / this.#pool.blockSize;
  }

  /**
   * A running request has computed its first `tokens` tokens, or will by the end of the step that is being formed; its
   * blocks are taken. From now on others find them.
   */
  extend(request: number, tokens: number): void {
    const paths = this.#paths;
    const holding = this.#holdings.get(request)!;
    const limit = this.#blocksIn(tokens);
    if (limit <= holding.blocks) return;
    this.store.settle();
    this.#matchedRequest = -1;
    for (;;) {
      const end = Math.min(limit, this.#blocksIn(paths.endAt(request, holding.text)));
      if (end > holding.blocks)
        this.#extendWithin(this.store.open(paths.keyAt(request, holding.text)), holding, end);
      if (holding.blocks >= limit) return;
      holding.text++;
    }
  }

  /**
   * A request gives its blocks back, those first (in line to be displaced) that hold nothing of use to others.
   * @param blocks that it holds in all, but for copies
   * @param computedTokens tokens whose keys and values are in them
   */
  release(request: number, blocks: number, computedTokens: number): void {
    this.extend(request, computedTokens);
    this.store.settle();
    this.#matchedRequest = -1;
    const paths = this.#paths;
    const holding = this.#holdings.get(request)!;
    this.#holdings.delete(request);
    const before = this.store.freeBlocks;
    this.store.pushEmpty(blocks - holding.blocks);
    let start = holding.blocks;
    for (let i = holding.text; i >= 0 && start > 0; i--) {
      const text = this.store.find(paths.keyAt(request, i));
      for (let run = text?.last; run !== undefined; run = run.before) {
        if (run.to > start) continue;
        start = run.from;
        this.#letGo(run, holding);
      }
    }
    this.#pool.giveBack(this.store.freeBlocks - before);
  }

  /** Whoever is left holds the blocks themselves; a copy that nobody needs is free and holds nothing of use. */
  #letGo(run: BlockRun, holding: Holding): void {
    const hasSpare = this.#hasSpare(run, holding);
    run.holders--;
    if (run.holders === 0) {
      this.store.pushFree(run);
    } else if (hasSpare) {
      run.copies--;
      this.store.pushEmpty(run.to - run.from);
    }
  }

  /** When this holder goes, the blocks are free, or a copy of them is. */
  #hasSpare(run: BlockRun, holding: Holding): boolean {
    return run.holders - 1 === run.copies || (run.copies > 0 && hasCopy(holding, run));
  }

  /** Blocks that the release of a request would free: those that nobody else holds. */
  blocksHeldAlone(request: number, blocks: number): number {
    const paths = this.#paths;
    const holding = this.#holdings.get(request)!;
    let shared = 0;
    let start = holding.blocks;
    for (let i = holding.text; i >= 0 && start > 0; i--) {
      for (let run = this.store.find(paths.keyAt(request, i))?.last; run !== undefined; run = run.before) {
        if (run.to > start) continue;
        start = run.from;
        if (!this.#hasSpare(run, holding)) shared += run.to - run.from;
      }
    }
    return blocks - shared;
  }

  /** Blocks given back that hold nothing. */
  giveBackEmpty(blocks: number): void {
    this.store.settle();
    this.#matchedRequest = -1;
    this.store.pushEmpty(blocks);
    this.#pool.giveBack(blocks);
  }

  /** All memory is lost, whoever holds it. */
  clear(): void {
    // What has been displaced so far counts, as it does when somebody asked in between.
    this.store.settle();
    this.#matchedRequest = -1;
    this.#holdings.clear();
    this.store.clear();
    for (const tier of this.tiers) tier.clear();
    this.#pool.giveBack(this.#pool.usedBlocks);
  }

  #extendWithin(text: CachedText, holding: Holding, end: number): void {
    while (holding.blocks < end) {
      const run = text.runAt(holding.blocks);
      if (run === undefined) {
        this.#append(text, holding.blocks, end);
        for (const tier of this.tiers) tier.remove(text.key, end);
        holding.blocks = end;
        return;
      }
      if (run.to > end) this.store.split(run, end);
      const blocks = run.to - run.from;
      if (run.holders === 0) {
        // The copy just computed takes the place of the one that was free.
        this.store.swapOut(run);
      } else {
        run.copies++;
        (holding.copied ??= []).push({ from: run.from, to: run.to });
      }
      run.holders++;
      holding.blocks += blocks;
    }
  }

  /** Blocks that one request alone holds join the text; it holds all before them. */
  #append(text: CachedText, from: number, to: number): void {
    const { last } = text;
    if (last?.holders === 1) {
      last.to = to;
      return;
    }
    const run = new BlockRun(text, from, to);
    run.holders = 1;
    text.append(run);
  }

  /** Full blocks in so many tokens. */
  #blocksIn(tokens: number): number {
    return Math.floor(tokens / this.#pool.blockSize);
  }
}

/** The blocks of a run are among those that a request computed while somebody else held them. */
function hasCopy({ copied }: Holding, { from, to }: BlockRun): boolean {
  return copied?.some((range) => from >= range.from && to <= range.to) === true;
}
