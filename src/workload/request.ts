/**
 * One request as it enters the system. Mutable and reused: a source fills it, the simulation copies it into columns.
 */
export class RequestDraft {
  /** Seconds since the start of the trace, never decreasing from request to request. */
  arrivalSeconds = 0;
  /** Prompt tokens, ≥ 1. */
  inputTokens = 0;
  /** Output tokens the request will generate, ≥ 1. */
  outputTokens = 0;
  /** Index into `RequestSource.classes`. */
  classIndex = 0;
  /** Requests of one conversation share an id; -1 when the request stands alone. */
  sessionId = -1;
  /** Who waits for the answer, as the source counts its clients; -1 when nobody does. */
  clientId = -1;
  /** Identity of the first block of the prompt, which requests with a common prefix share; -1 when it is not known. */
  firstBlockId = -1;
  /** The prompt begins with so many tokens of a text that other requests share: which one, -1 for none. */
  systemPromptTokens = 0;
  systemPromptId = -1;
  /** Row of `RequestSource.promptBlocks` that tells what the prompt holds; -1 for none. */
  blockRow = -1;
  /**
   * Conversation that the prompt, after its system prompt, and the answer are the next piece of: both begin with all that
   * was said before. -1 when they belong to this request alone.
   */
  conversationId = -1;
  /** Index of the row in the trace as it was read (before any transform dropped rows), from 0. */
  sourceRow = 0;
}

/** How the request of a client that waits for the answer has ended. */
export interface RequestEnd {
  readonly clientId: number;
  readonly seconds: number;
  /** False when it was refused, given up or lost. */
  readonly completed: boolean;
}

/**
 * Where requests come from: a trace, a generator, or clients that wait for answers. Pulled in order of arrival; nothing
 * is materialised that the source does not need.
 */
export interface RequestSource {
  /** Names of the request classes; at least one. */
  readonly classes: readonly string[];
  /** How many requests there will be, when known beforehand. */
  readonly knownCount: number | undefined;
  /** What the prompts hold, where a trace tells it. */
  readonly promptBlocks?: PromptBlocks | undefined;
  /** Arrival of the next request in seconds; Infinity when none is due until something finishes, or ever. */
  readonly nextArrivalSeconds: number;
  /** Fills `draft` with the request due at `nextArrivalSeconds` and moves on. */
  take(draft: RequestDraft): void;
  /**
   * Told of the end of every request that has a client; what the client sends next arrives then or later. Sources that
   * wait for nothing do without it.
   */
  requestEnded?(end: RequestEnd): void;
}

/** A trace in memory as columns: 24 bytes a request. All columns have `length` rows, ordered by arrival. */
export interface RequestTable {
  readonly length: number;
  /** Seconds, ascending, relative to the first request of the original trace. */
  readonly arrivalSeconds: Float64Array;
  readonly inputTokens: Int32Array;
  readonly outputTokens: Int32Array;
  readonly classIndex: Uint16Array;
  readonly classes: readonly string[];
  readonly sourceRow: Int32Array;
  readonly sessionId: Int32Array | undefined;
  readonly prefixBlocks: PromptBlocks | undefined;
}

/**
 * Prompt blocks by content hash, as Mooncake's traces tell them: row i owns `ids[offsets[i]] … ids[offsets[i + 1] - 1]`,
 * each standing for `blockTokens` prompt tokens.
 */
export interface PromptBlocks {
  readonly blockTokens: number;
  readonly offsets: Int32Array;
  readonly ids: Int32Array;
}
