import type { EngineConfig } from "./config.ts";

/** Room on the host for the caches of preempted requests, in blocks; none for an engine that does not swap. */
export class HostMemory {
  readonly #swap: EngineConfig["hostSwap"];
  #usedBlocks = 0;

  constructor({ hostSwap }: EngineConfig) {
    this.#swap = hostSwap;
  }

  /** Takes blocks where there is room for all of them; says whether there was. */
  take(blocks: number): boolean {
    if (this.#swap === undefined || this.#usedBlocks + blocks > this.#swap.blocks) return false;
    this.#usedBlocks += blocks;
    return true;
  }

  giveBack(blocks: number): void {
    this.#usedBlocks -= blocks;
  }

  /** Time to move blocks there or back. */
  transferSeconds(blocks: number): number {
    return blocks * (this.#swap?.secondsPerBlock ?? 0);
  }
}
