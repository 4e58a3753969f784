import type { Random } from "../src/core/random.ts";

/** How many of the latest prompts a new one may continue: conversations go on while they are fresh. */
const FRESH_PROMPTS = 300;

/**
 * Prompt blocks for prompts of these lengths, such that an unlimited prefix cache would find `hitRate` (0..1) of them.
 * All prompts begin with one common block (a system prompt). A share of them, found by bisection, continues one of the
 * latest prompts: it begins with that prompt's blocks, as far as it is long enough, and ends with a block of its own.
 * All other blocks are new.
 */
export function drawPrefixBlocks(
  inputTokens: readonly number[],
  blockTokens: number,
  hitRate: number,
  createRandom: () => Random,
): number[][] {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (hitRateOf(continuePrompts(inputTokens, blockTokens, middle, createRandom())) < hitRate) low = middle;
    else high = middle;
  }
  return continuePrompts(inputTokens, blockTokens, high, createRandom());
}

function continuePrompts(
  inputTokens: readonly number[],
  blockTokens: number,
  continuedShare: number,
  random: Random,
): number[][] {
  const prompts: number[][] = [];
  let nextId = 1;
  for (const tokens of inputTokens) {
    const count = Math.ceil(tokens / blockTokens);
    const fresh = prompts.slice(-FRESH_PROMPTS);
    // Both draws are made for every prompt, so that a change of the share leaves the others' parents alone.
    const continues = random() < continuedShare;
    const pick = Math.floor(random() * fresh.length);
    const parent = (continues ? fresh[pick] : undefined) ?? [0];
    const blocks = parent.slice(0, Math.max(1, count - 1));
    while (blocks.length < count) blocks.push(nextId++);
    prompts.push(blocks);
  }
  return prompts;
}

function hitRateOf(prompts: readonly number[][]): number {
  const ids = prompts.flat();
  return 1 - new Set(ids).size / ids.length;
}
