import { doubled } from "../../core/doubled.ts";
import type { PromptBlocks, RequestDraft } from "../../workload/request.ts";
import { internChains } from "./chains.ts";

const FIRST_CAPACITY = 1024;

/** Kinds of texts; a key is a number of the kind's own, times their number, plus the kind. */
const KINDS = 4;
const SYSTEM_PROMPT = 0;
const BLOCK = 1;
const CONVERSATION = 2;
const REQUEST = 3;

/**
 * What the tokens of each request are, as far as it decides who shares them: a path of texts, each with a key and the
 * place at which it ends. Equal keys stand for equal tokens after equal tokens. First comes a system prompt, then the
 * blocks that the trace tells, then, without an end, the conversation or what belongs to this request alone. Nothing
 * here grows with the number of tokens.
 */
export class PromptPaths {
  /** Tokens that a request found in the cache when it was first admitted; -1 before. */
  cachedTokens = new Int32Array(FIRST_CAPACITY);
  readonly #blockTokens: number;
  readonly #blockOffsets: Int32Array;
  readonly #chainIds: Int32Array;
  #systemPrompt = new Int32Array(FIRST_CAPACITY);
  #systemTokens = new Int32Array(FIRST_CAPACITY);
  #blockRow = new Int32Array(FIRST_CAPACITY);
  #inputTokens = new Int32Array(FIRST_CAPACITY);
  #tailKey = new Float64Array(FIRST_CAPACITY);

  /** @param blocks the prompt blocks of the trace, where it tells them */
  constructor(blocks: PromptBlocks | undefined) {
    this.#blockTokens = blocks?.blockTokens ?? 1;
    this.#blockOffsets = blocks?.offsets ?? new Int32Array(1);
    this.#chainIds = blocks === undefined ? new Int32Array(0) : internChains(blocks);
  }

  /** Adds what a request that has just arrived consists of. */
  append(row: number, draft: RequestDraft): void {
    if (row >= this.cachedTokens.length) this.#grow();
    this.cachedTokens[row] = -1;
    this.#systemPrompt[row] = draft.systemPromptId;
    this.#systemTokens[row] = draft.systemPromptTokens;
    this.#blockRow[row] = draft.blockRow;
    this.#inputTokens[row] = draft.inputTokens;
    this.#tailKey[row] =
      draft.conversationId >= 0 ? keyOf(draft.conversationId, CONVERSATION) : keyOf(row, REQUEST);
  }

  /** Texts of a request. */
  count(row: number): number {
    return this.#systemTexts(row) + this.#blockCount(row) + 1;
  }

  /** Texts of a request that others may have as well. */
  sharedCount(row: number): number {
    return this.count(row) - (this.#tailKey[row]! % KINDS === REQUEST ? 1 : 0);
  }

  keyAt(row: number, index: number): number {
    const system = this.#systemTexts(row);
    if (index < system) return keyOf(this.#systemPrompt[row]!, SYSTEM_PROMPT);
    const block = index - system;
    if (block >= this.#blockCount(row)) return this.#tailKey[row]!;
    return keyOf(this.#chainIds[this.#blockOffsets[this.#blockRow[row]!]! + block]!, BLOCK);
  }

  /** Where a text of a request ends, in tokens from the beginning of the prompt; Infinity for the last one. */
  endAt(row: number, index: number): number {
    const system = this.#systemTexts(row);
    const blocks = this.#blockCount(row);
    if (index >= system + blocks) return Infinity;
    const end = this.#systemTokens[row]! + Math.max(0, index - system + 1) * this.#blockTokens;
    return Math.min(end, this.#inputTokens[row]!);
  }

  #systemTexts(row: number): number {
    return this.#systemTokens[row] === 0 ? 0 : 1;
  }

  #blockCount(row: number): number {
    const blockRow = this.#blockRow[row]!;
    return blockRow < 0 ? 0 : this.#blockOffsets[blockRow + 1]! - this.#blockOffsets[blockRow]!;
  }

  #grow(): void {
    this.cachedTokens = doubled(this.cachedTokens);
    this.#systemPrompt = doubled(this.#systemPrompt);
    this.#systemTokens = doubled(this.#systemTokens);
    this.#blockRow = doubled(this.#blockRow);
    this.#inputTokens = doubled(this.#inputTokens);
    this.#tailKey = doubled(this.#tailKey);
  }
}

function keyOf(number: number, kind: number): number {
  return number * KINDS + kind;
}
