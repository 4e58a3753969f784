import type { EngineConfig } from "./config.ts";
import type { WaitingQueue } from "./waiting-queue.ts";

/**
 * When a request gets its KV blocks: `chunk`, with every chunk and token that it computes; `prompt`, those of its
 * prompt at admission, then with every token; `sequence`, all it will ever need at admission; `batch`, with the whole
 * padded batch that it belongs to.
 */
export type Allocation = "chunk" | "prompt" | "sequence" | "batch";

/** What a scheduler sees of its replica, and the only ways in which it may act while it forms a batch. */
export interface BatchBuilder {
  readonly engine: EngineConfig;
  readonly runningCount: number;
  readonly waitingCount: number;
  /** Sequences in the decode phase. */
  readonly decodeSequences: number;
  /** Tokens that they take of a step's budget: one each, and those drafted for them. */
  readonly decodeTokens: number;
  /** Blocks that one more token for every decoding sequence needs. */
  readonly decodeBlocksDue: number;
  readonly freeBlocks: number;
  /** Running requests whose prompt is not computed yet, in order of admission. */
  readonly prefillCount: number;
  prefillAt(index: number): number;
  /** The request that waits at the head of the queue; `waitingCount` must not be 0. */
  readonly firstWaiting: number;
  /** Tokens that a request has to compute before its next output token. */
  tokensToPrefill(request: number): number;
  /** Blocks to be taken for `tokens` more tokens of a prefilling or waiting request. */
  blocksForChunk(request: number, tokens: number): number;
  /** Output tokens of a request so far. */
  generatedTokens(request: number): number;
  /** Seconds of the step if beside all that takes part so far a request computed `tokens` prompt tokens. */
  secondsWithChunk(request: number, tokens: number): number;

  /** Every decoding sequence takes part with one token; their blocks must be free. If nobody takes them, they pause. */
  takeAllDecodes(): void;
  /** A running request computes `tokens` prompt tokens; their blocks must be free. */
  takeChunk(request: number, tokens: number): void;
  /** The first waiting request starts with `tokens` prompt tokens; its blocks must be free. */
  admitFirst(tokens: number): void;
  /**
   * The first `requests` that wait start together, each padded to `promptTokens`, with room for `totalTokens` each
   * until all of them are done; the blocks must be free and the replica empty.
   */
  admitPadded(requests: number, promptTokens: number, totalTokens: number): void;
  /**
   * Steps for which the same decision would be taken again while the same sequences decode and nobody joins the
   * queue: Infinity when admission was tried to its end and only a change can help, 1 (as before each step) to be
   * asked again after the step.
   */
  settledSteps: number;

  /** For when memory does not suffice for all: the running requests in order of admission, in a list of their own. */
  runningRequests(): number[];
  isDecoding(request: number): boolean;
  hasEnded(request: number): boolean;
  /** Blocks that one more token of a decoding request needs (0 or 1). */
  blocksForToken(request: number): number;
  takeToken(request: number): void;
  /** Blocks that a running request gives back when it is preempted. */
  heldBlocks(request: number): number;
  /**
   * Evicts a running request that takes no part in this step yet; it goes back to the queue. Its cache moves to the
   * host where the engine has room for it there, at a cost to this step, else it will be computed again.
   */
  preempt(request: number): void;
  /** The cache of a waiting request lies on the host; admission moves it back. */
  isSwapped(request: number): boolean;
}

/** Decides what each step of one replica processes. One object per replica. */
export interface Scheduler {
  readonly allocation: Allocation;
  /** The queue of its replica, in the order in which the policy admits. */
  readonly waiting: WaitingQueue;
  formBatch(batch: BatchBuilder): void;
  /** False when `request`, which has just joined the queue, cannot change the batch that the replica repeats. */
  arrivalMayJoin(batch: BatchBuilder, request: number): boolean;
  /** A request leaves before its end, its tokens in the log; for policies that keep books of their requests. */
  requestLeft?(request: number): void;
}
