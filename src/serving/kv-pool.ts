import { RunError } from "../core/errors.ts";

/** The paged KV cache of one replica, counted in blocks. Without prefix caching every block has one owner. */
export class KvPool {
  readonly capacityBlocks: number;
  readonly blockSize: number;
  usedBlocks = 0;
  peakBlocks = 0;

  constructor(capacityBlocks: number, blockSize: number) {
    this.capacityBlocks = capacityBlocks;
    this.blockSize = blockSize;
  }

  get freeBlocks(): number {
    return this.capacityBlocks - this.usedBlocks;
  }

  /** Blocks that hold `tokens` tokens of one sequence. */
  blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.blockSize);
  }

  /** Blocks that a sequence of `computedTokens` must gain to hold `newTokens` more. */
  blocksToGrow(computedTokens: number, newTokens: number): number {
    return this.blocksFor(computedTokens + newTokens) - this.blocksFor(computedTokens);
  }

  /** @throws RunError when more is taken than is free, which no scheduler may do */
  take(blocks: number): void {
    this.usedBlocks += blocks;
    if (this.usedBlocks > this.peakBlocks) {
      if (this.usedBlocks > this.capacityBlocks) {
        throw new RunError(`KV pool overdrawn: ${this.usedBlocks} of ${this.capacityBlocks} blocks`);
      }
      this.peakBlocks = this.usedBlocks;
    }
  }

  /** @throws RunError when more is given back than was taken */
  giveBack(blocks: number): void {
    this.usedBlocks -= blocks;
    if (this.usedBlocks < 0) throw new RunError(`KV pool underdrawn: ${this.usedBlocks} blocks in use`);
  }
}
