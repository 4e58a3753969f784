import type { EngineConfig } from "./config.ts";

/** What a scheduler sees of its replica, and the only ways in which it may act while it forms a batch. */
export interface BatchBuilder {
  readonly engine: EngineConfig;
  readonly runningCount: number;
  readonly waitingCount: number;
  /** Sequences in the decode phase. */
  readonly decodeSequences: number;
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
  /** Blocks that `tokens` more tokens of a prefilling or waiting request need. */
  blocksForChunk(request: number, tokens: number): number;

  /** Every decoding sequence takes part with one token; their blocks must be free. */
  takeAllDecodes(): void;
  /** A running request computes `tokens` prompt tokens; their blocks must be free. */
  takeChunk(request: number, tokens: number): void;
  /** The first waiting request starts with `tokens` prompt tokens; its blocks must be free. */
  admitFirst(tokens: number): void;
  /** Says whether admission was tried to its end, so that trying again for the same batch would fail again. */
  admissionSettled: boolean;

  /**
   * The slow way, for when memory does not suffice for all: visits the running requests one by one in order of
   * admission. `nextRunning` gives -1 at the end; requests preempted meanwhile are passed over.
   */
  beginWalk(): void;
  nextRunning(): number;
  isDecoding(request: number): boolean;
  /** Blocks that one more token of a decoding request needs (0 or 1). */
  blocksForToken(request: number): number;
  takeToken(request: number): void;
  /** Evicts the running request admitted last; it will recompute from the head of the queue. Returns it. */
  preemptLast(): number;
}

/** Decides what each step processes. Stateless: all state is the replica's. */
export interface Scheduler {
  /** For people, one line. */
  readonly description: string;
  formBatch(batch: BatchBuilder): void;
  /** False when a request that has just joined the queue cannot change the batch that the replica repeats. */
  arrivalMayJoin(batch: BatchBuilder): boolean;
}
