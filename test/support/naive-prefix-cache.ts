interface Block {
  /** All tokens up to the end of the block; undefined when the block holds nothing of use. */
  content: string | undefined;
  holders: number;
  /**
   * Who computed the same at the same time, and the blocks that this takes besides. When somebody else leaves, one of them
   * takes over the block itself; which one is left open until one of them goes.
   */
  owners: number[];
  copies: Block[];
}

/**
 * Prefix caching block by block, as plain as it can be: block objects, one map from content to block, one list of free
 * blocks from which the first is taken and to whose end freed ones go, the last block of a request first. A block that
 * is computed a second time is known once: the copy takes the place of the one that is known.
 */
export class NaivePrefixCache {
  evicted = 0;
  /** Contents in slower memories, the fastest first, each list with what came longest ago at its beginning. */
  readonly tiers: string[][];
  readonly #tierBlocks: readonly number[];
  readonly #blockSize: number;
  readonly #known = new Map<string, Block>();
  readonly #free: Block[];
  readonly #held = new Map<number, Block[]>();

  constructor(capacity: number, blockSize: number, tierBlocks: readonly number[] = []) {
    this.tiers = tierBlocks.map(() => []);
    this.#tierBlocks = tierBlocks;
    this.#blockSize = blockSize;
    this.#free = Array.from({ length: capacity }, () => ({
      content: undefined,
      holders: 0,
      owners: [],
      copies: [],
    }));
  }

  get freeBlocks(): number {
    return this.#free.length;
  }

  get cachedContents(): string[] {
    return [...this.#known.keys()].sort();
  }

  match(tokens: readonly number[]): { blocks: number; held: number; loadable: number } {
    const found = this.#find(tokens);
    let loadable = 0;
    for (let k = found.length; (k + 1) * this.#blockSize <= tokens.length - 1; k++) {
      const content = this.#contentOf(tokens, k);
      if (!this.tiers.some((tier) => tier.includes(content))) break;
      loadable++;
    }
    return {
      ...{ blocks: found.length, held: found.filter(({ holders }) => holders > 0).length },
      loadable,
    };
  }

  #moveDown(content: string, level: number): void {
    const tier = this.tiers[level];
    if (tier === undefined) return;
    tier.push(content);
    if (tier.length > this.#tierBlocks[level]!) this.#moveDown(tier.shift()!, level + 1);
  }

  /** Leading blocks that are known, never all of the tokens. */
  #find(tokens: readonly number[]): Block[] {
    const found: Block[] = [];
    for (let k = 0; (k + 1) * this.#blockSize <= tokens.length - 1; k++) {
      const block = this.#known.get(this.#contentOf(tokens, k));
      if (block === undefined) break;
      found.push(block);
    }
    return found;
  }

  admit(request: number, tokens: readonly number[]): number {
    const found = this.#find(tokens);
    for (const block of found) this.#hold(block);
    this.#held.set(request, found);
    return found.length;
  }

  /** Blocks of a request, known or not. */
  count(request: number): number {
    return this.#held.get(request)!.length;
  }

  take(request: number, blocks: number): void {
    for (let i = 0; i < blocks; i++) {
      const block = this.#free.shift()!;
      if (block.content !== undefined) {
        this.#known.delete(block.content);
        this.#moveDown(block.content, 0);
        block.content = undefined;
        this.evicted++;
      }
      block.holders = 1;
      this.#held.get(request)!.push(block);
    }
  }

  /** The first full blocks of these tokens are computed. */
  computed(request: number, tokens: readonly number[]): void {
    const blocks = this.#held.get(request)!;
    for (let k = 0; (k + 1) * this.#blockSize <= tokens.length; k++) {
      const block = blocks[k]!;
      if (block.content !== undefined) continue;
      const content = this.#contentOf(tokens, k);
      const known = this.#known.get(content);
      if (known === undefined) {
        block.content = content;
        this.#known.set(content, block);
        for (const tier of this.tiers) {
          if (tier.includes(content)) tier.splice(tier.indexOf(content), 1);
        }
      } else if (known.holders === 0) {
        this.#free[this.#free.indexOf(known)] = block;
        block.holders = 0;
        known.holders = 1;
        blocks[k] = known;
      } else {
        known.holders++;
        known.owners.push(request);
        known.copies.push(block);
        blocks[k] = known;
      }
    }
  }

  release(request: number): void {
    const blocks = this.#held.get(request)!;
    this.#held.delete(request);
    for (const block of blocks.filter(({ content }) => content === undefined)) this.#free.push(block);
    for (const block of blocks.filter(({ content }) => content !== undefined).reverse()) {
      block.holders--;
      const isOwner = block.owners.includes(request);
      block.owners = block.owners.filter((owner) => owner !== request);
      const isSpare = block.copies.length > 0 && (isOwner || block.copies.length === block.holders);
      if (isSpare) this.#free.push(block.copies.pop()!);
      else if (block.holders === 0) this.#free.push(block);
    }
  }

  /** Blocks that the release of a request would free. */
  heldAlone(request: number): number {
    return this.#held.get(request)!.filter(({ holders, owners, copies }) => {
      return holders - 1 === copies.length || (copies.length > 0 && owners.includes(request));
    }).length;
  }

  #hold(block: Block): void {
    if (block.holders++ === 0) this.#free.splice(this.#free.indexOf(block), 1);
  }

  #contentOf(tokens: readonly number[], k: number): string {
    return tokens.slice(0, (k + 1) * this.#blockSize).join(",");
  }
}
