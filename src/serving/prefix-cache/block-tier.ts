import type { KvTierConfig, PrefixCachingConfig } from "../config.ts";
import { BlockRun, CachedText, RunQueue } from "./run-queue.ts";

/**
 * The slower memories of one replica, the fastest first.
 * @param secondsToCompute a block of prompt tokens
 */
export function createTiers({ tiers, load }: PrefixCachingConfig, secondsToCompute: number): BlockTier[] {
  const created: BlockTier[] = [];
  for (const config of [...tiers].reverse()) {
    const isLoaded = load === "always" || config.secondsPerBlock < secondsToCompute;
    created.unshift(new BlockTier(config, isLoaded, created[0]));
  }
  return created;
}

/**
 * Cached blocks that a faster memory had no room for, the ones that came longest ago displaced first. A block is in one
 * place only: what a faster memory holds (again) is removed here. As blocks leave a faster memory from the end of their
 * text, those of one text follow each other here without a gap, and the later ones came earlier.
 */
export class BlockTier {
  readonly config: KvTierConfig;
  /** False where computing again is held to be faster than loading. */
  readonly isLoaded: boolean;
  /** Blocks that were loaded from here, and such as came here and were displaced. */
  loadedBlocks = 0;
  storedBlocks = 0;
  lostBlocks = 0;
  readonly #below: BlockTier | undefined;
  readonly #texts = new Map<number, CachedText>();
  readonly #queue = new RunQueue();

  /** @param below takes what is displaced here; undefined when it is lost */
  constructor(config: KvTierConfig, isLoaded: boolean, below: BlockTier | undefined) {
    this.config = config;
    this.isLoaded = isLoaded;
    this.#below = below;
  }

  get blocks(): number {
    return this.#queue.blocks;
  }

  /** Blocks of a text from `from` on, up to `to`, that are here without a gap. */
  count(key: number, from: number, to: number): number {
    const text = this.#texts.get(key);
    if (text?.first === undefined || text.first.from !== from) return 0;
    return Math.max(0, Math.min(text.last!.to, to) - from);
  }

  /** Blocks that precede all that is here of their text come in. */
  store(key: number, from: number, to: number): void {
    this.storedBlocks += to - from;
    const text = this.#textOf(key);
    const { newest } = this.#queue;
    if (newest !== undefined && newest === text.first) {
      this.#queue.remove(newest);
      newest.from = from;
      this.#queue.push(newest);
    } else {
      const run = new BlockRun(text, from, to);
      text.prepend(run);
      this.#queue.push(run);
    }
    this.#displace();
  }

  /** A faster memory now holds the blocks of a text up to `to`. */
  remove(key: number, to: number): void {
    const text = this.#texts.get(key);
    for (let run = text?.first; run !== undefined && run.from < to; run = text?.first) {
      const next = run.newer;
      this.#queue.remove(run);
      if (run.to > to) {
        // What is left is as old as before.
        run.from = to;
        this.#queue.insertBefore(run, next);
        return;
      }
      this.#drop(run);
    }
  }

  clear(): void {
    this.#texts.clear();
    this.#queue.clear();
  }

  #displace(): void {
    const queue = this.#queue;
    while (queue.blocks > this.config.blocks) {
      const run = queue.oldest!;
      const { to } = run;
      const blocks = Math.min(queue.blocks - this.config.blocks, to - run.from);
      queue.shorten(run, blocks);
      if (this.#below === undefined) this.lostBlocks += blocks;
      else this.#below.store(run.text!.key, to - blocks, to);
      if (run.from < run.to) continue;
      queue.remove(run);
      this.#drop(run);
    }
  }

  #drop(run: BlockRun): void {
    const text = run.text!;
    text.remove(run);
    if (text.first === undefined) this.#texts.delete(text.key);
  }

  #textOf(key: number): CachedText {
    let text = this.#texts.get(key);
    if (text === undefined) {
      text = new CachedText(key);
      this.#texts.set(key, text);
    }
    return text;
  }
}
