import type { KvPool } from "../kv-pool.ts";
import type { BlockTier } from "./block-tier.ts";
import { BlockRun, CachedText, RunQueue } from "./run-queue.ts";

/**
 * The blocks of one replica's pool as the prefix cache sees them: which texts they hold, and which of them nobody holds,
 * in the order in which they are displaced. The pool counts alone while blocks are taken; what they displace is settled
 * when it matters.
 */
export class BlockStore {
  /** Cached blocks whose room was needed. */
  evictedBlocks = 0;
  readonly #pool: KvPool;
  readonly #texts = new Map<number, CachedText>();
  /** Those that hold nothing of use included. */
  readonly #free = new RunQueue();
  readonly #below: BlockTier | undefined;

  /** @param below takes what is displaced; undefined when it is lost */
  constructor(pool: KvPool, below: BlockTier | undefined) {
    this.#pool = pool;
    this.#below = below;
    this.pushEmpty(pool.capacityBlocks);
  }

  /** Free blocks as of the last `settle`. */
  get freeBlocks(): number {
    return this.#free.blocks;
  }

  /** Blocks that hold something, held by requests and free, each counted once. */
  get cachedBlocks(): { readonly held: number; readonly free: number; readonly references: number } {
    const cached = { held: 0, free: 0, references: 0 };
    for (const { first } of this.#texts.values()) {
      for (let run = first; run !== undefined; run = run.after) {
        const blocks = run.to - run.from;
        if (run.holders > 0) cached.held += blocks;
        else cached.free += blocks;
        cached.references += run.holders * blocks;
      }
    }
    return cached;
  }

  /** Free blocks, counted one by one: those of the pool, once what was taken is settled. */
  countFree(): number {
    this.settle();
    let blocks = 0;
    for (let run = this.#free.oldest; run !== undefined; run = run.newer) blocks += run.to - run.from;
    return blocks;
  }

  find(key: number): CachedText | undefined {
    return this.#texts.get(key);
  }

  /** The text of that key, an empty one when there is none yet; fill it. */
  open(key: number): CachedText {
    let text = this.#texts.get(key);
    if (text === undefined) {
      text = new CachedText(key);
      this.#texts.set(key, text);
    }
    return text;
  }

  /** What has been taken from the pool since the last time displaces the blocks freed longest ago. */
  settle(): void {
    const free = this.#free;
    let excess = free.blocks - this.#pool.freeBlocks;
    while (excess > 0) {
      const run = free.oldest!;
      const blocks = Math.min(excess, run.to - run.from);
      free.shorten(run, blocks);
      if (run.text !== undefined) this.#evicted(run.text.key, run.to, blocks);
      if (run.from === run.to) this.#forget(run);
      excess -= blocks;
    }
  }

  /** Cuts a run in two at a place within it. */
  split(run: BlockRun, at: number): void {
    const end = run.to;
    const isFree = run.holders === 0;
    if (isFree) this.#free.shorten(run, end - at);
    const rest = run.text!.split(run, at, end);
    if (isFree) this.#free.insertBefore(rest, run);
  }

  /** A run that was free is held from now on. */
  takeOut(run: BlockRun): void {
    this.#free.remove(run);
  }

  /** A run that was free is held from now on, and as many blocks that hold nothing are free in its place. */
  swapOut(run: BlockRun): void {
    this.#free.insertBefore(new BlockRun(undefined, 0, run.to - run.from), run);
    this.#free.remove(run);
  }

  /** Queues a run that nobody holds any more, as one with the part of its text behind it that was queued just before. */
  pushFree(run: BlockRun): void {
    const { newest } = this.#free;
    if (newest !== undefined && newest === run.after) {
      this.#free.remove(newest);
      run.text!.remove(newest);
      run.to = newest.to;
    }
    this.#free.push(run);
  }

  /** Queues blocks that hold nothing of use. */
  pushEmpty(blocks: number): void {
    if (blocks === 0) return;
    const { newest } = this.#free;
    if (newest !== undefined && newest.text === undefined) this.#free.shorten(newest, -blocks);
    else this.#free.push(new BlockRun(undefined, 0, blocks));
  }

  /** All that is known is lost, and all blocks are free. */
  clear(): void {
    this.#texts.clear();
    this.#free.clear();
    this.pushEmpty(this.#pool.capacityBlocks);
  }

  #evicted(key: number, from: number, blocks: number): void {
    this.evictedBlocks += blocks;
    this.#below?.store(key, from, from + blocks);
  }

  #forget(run: BlockRun): void {
    this.#free.remove(run);
    const { text } = run;
    if (text === undefined) return;
    text.remove(run);
    if (text.first === undefined) this.#texts.delete(text.key);
  }
}
