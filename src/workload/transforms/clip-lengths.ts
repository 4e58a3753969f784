import { MOST_TOKENS, requireCount } from "../checks.ts";
import type { RequestTable } from "../request.ts";

/**
 * Cuts prompts and answers to at most so many tokens; shorter ones stay as they are. Of a prompt that is cut, the prefix
 * blocks beyond its end go too.
 * @throws InputError for a bound that is no whole number ≥ 1
 */
export function clipLengths(
  table: RequestTable,
  maxInputTokens: number = MOST_TOKENS,
  maxOutputTokens: number = MOST_TOKENS,
): RequestTable {
  requireCount("maxInputTokens", maxInputTokens, MOST_TOKENS);
  requireCount("maxOutputTokens", maxOutputTokens, MOST_TOKENS);
  const inputTokens = table.inputTokens.map((tokens) => Math.min(tokens, maxInputTokens));
  const outputTokens = table.outputTokens.map((tokens) => Math.min(tokens, maxOutputTokens));
  const { prefixBlocks } = table;
  return {
    ...table,
    inputTokens,
    outputTokens,
    prefixBlocks: prefixBlocks && clipBlocks(prefixBlocks, inputTokens),
  };
}

function clipBlocks(
  { blockTokens, offsets, ids }: NonNullable<RequestTable["prefixBlocks"]>,
  inputTokens: Int32Array,
): NonNullable<RequestTable["prefixBlocks"]> {
  const clippedOffsets = new Int32Array(offsets.length);
  const clippedIds = new Int32Array(ids.length);
  inputTokens.forEach((tokens, row) => {
    const start = offsets[row]!;
    const blocks = Math.min(offsets[row + 1]! - start, Math.ceil(tokens / blockTokens));
    clippedIds.set(ids.subarray(start, start + blocks), clippedOffsets[row]);
    clippedOffsets[row + 1] = clippedOffsets[row]! + blocks;
  });
  return { blockTokens, offsets: clippedOffsets, ids: clippedIds.slice(0, clippedOffsets.at(-1)) };
}
