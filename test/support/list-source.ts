import type { RequestSource } from "../../src/workload/request.ts";

export interface ListedRequest {
  readonly arrivalSeconds: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Index into the classes of the source; 0 when absent. */
  readonly classIndex?: number;
  /** The prompt begins with so many tokens of the text of that number. */
  readonly systemPrompt?: { readonly id: number; readonly tokens: number };
  /** The prompt is what was said so far in the conversation of that number. */
  readonly conversationId?: number;
  /** What the prompt holds, by blocks of `BLOCK_TOKENS`. */
  readonly blocks?: readonly number[];
}

/** Prompt tokens that one of the blocks of a listed request stands for. */
export const BLOCK_TOKENS = 20;

/** A source that yields the given requests, which must be in order of arrival. */
export function listSource(
  requests: readonly ListedRequest[],
  classes: readonly string[] = ["default"],
): RequestSource {
  let next = 0;
  const offsets = [0];
  for (const { blocks = [] } of requests) offsets.push(offsets.at(-1)! + blocks.length);
  const ids = Int32Array.from(requests.flatMap(({ blocks = [] }) => blocks));
  return {
    classes,
    promptBlocks: { blockTokens: BLOCK_TOKENS, offsets: Int32Array.from(offsets), ids },
    knownCount: requests.length,
    get nextArrivalSeconds() {
      return requests[next]?.arrivalSeconds ?? Infinity;
    },
    take(draft) {
      const request = requests[next]!;
      draft.arrivalSeconds = request.arrivalSeconds;
      draft.inputTokens = request.inputTokens;
      draft.outputTokens = request.outputTokens;
      draft.classIndex = request.classIndex ?? 0;
      draft.sessionId = -1;
      draft.systemPromptTokens = request.systemPrompt?.tokens ?? 0;
      draft.systemPromptId = request.systemPrompt?.id ?? -1;
      draft.conversationId = request.conversationId ?? -1;
      draft.blockRow = request.blocks === undefined ? -1 : next;
      draft.sourceRow = next++;
    },
  };
}
