import { EventQueue } from "../../core/event-queue.ts";
import { InputError } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { MOST_TOKENS } from "../checks.ts";
import type { PromptBlocks, RequestDraft, RequestEnd, RequestSource, RequestTable } from "../request.ts";
import { firstBlockOf } from "../table-source.ts";
import { createDurationSampler, type DurationSampler, type DurationSpec } from "./durations.ts";

/** How the sessions of a trace are replayed, as plain data. */
export interface TraceSessionsSpec {
  /** From an answer to the next turn at least; a turn is never sent before its time in the trace. */
  readonly thinkTime: DurationSpec;
  /** Whether the trace's prompts hold the conversation so far, or only what a turn adds to it. */
  readonly prompts: "whole" | "new";
}

const NONE = -1;
const SEND = 0;

/**
 * Replays a trace in which requests share session ids: a turn is sent at its time in the trace, but not before the turn
 * before it was answered and read. A turn that is not completed ends its session. Requests without a session are sent at
 * their time.
 * @throws InputError for sessions that contradict themselves: a turn of another class, a whole prompt shorter than the
 * conversation before it, a context beyond 2^24 tokens
 */
export function createTraceSessionSource(
  table: RequestTable,
  spec: TraceSessionsSpec,
  seed: number,
): RequestSource {
  if (table.sessionId === undefined) {
    throw new InputError({
      message: "the trace has no sessions",
      expected: "a trace with a session_id column",
    });
  }
  return new TraceSessionSource(table, linkTurns(table, table.sessionId, spec.prompts), spec, seed);
}

class TraceSessionSource implements RequestSource {
  readonly classes: readonly string[];
  readonly knownCount = undefined;
  readonly promptBlocks: PromptBlocks | undefined;
  readonly #table: RequestTable;
  readonly #turns: Turns;
  readonly #think: DurationSampler;
  /** Later turns whose predecessor was answered, by the time at which they are sent. */
  readonly #due = new EventQueue();
  /** The next row that nothing holds back. */
  #next = 0;
  readonly #thinkSeconds: Float64Array;

  constructor(table: RequestTable, turns: Turns, spec: TraceSessionsSpec, seed: number) {
    this.classes = table.classes;
    // Blocks tell what the prompts of the trace hold, not what they grow to when every turn lists only what it adds.
    this.promptBlocks = spec.prompts === "whole" ? table.prefixBlocks : undefined;
    this.#table = table;
    this.#turns = turns;
    this.#think = createDurationSampler(spec.thinkTime, randomStream(seed, "think-times"), "thinkTime");
    this.#thinkSeconds = new Float64Array(table.length);
    this.#skipLaterTurns();
  }

  get nextArrivalSeconds(): number {
    return Math.min(this.#freeArrival(), this.#due.nextSeconds);
  }

  take(draft: RequestDraft): void {
    const table = this.#table;
    draft.arrivalSeconds = this.nextArrivalSeconds;
    const row = this.#takeRow();
    this.#thinkSeconds[row] = this.#turns.next[row] === NONE ? 0 : this.#think();
    draft.inputTokens = this.#turns.inputTokens[row]!;
    draft.outputTokens = table.outputTokens[row]!;
    draft.classIndex = table.classIndex[row]!;
    draft.sessionId = table.sessionId![row]!;
    draft.clientId = this.#turns.next[row] === NONE ? NONE : row;
    draft.firstBlockId = firstBlockOf(table, row);
    draft.blockRow = this.promptBlocks === undefined ? NONE : row;
    draft.conversationId = this.promptBlocks === undefined ? draft.sessionId : NONE;
    draft.sourceRow = table.sourceRow[row]!;
  }

  requestEnded({ clientId: row, seconds, completed }: RequestEnd): void {
    if (!completed) return;
    const next = this.#turns.next[row]!;
    const ready = seconds + this.#thinkSeconds[row]!;
    this.#due.push(Math.max(ready, this.#table.arrivalSeconds[next]!), SEND, next);
  }

  #freeArrival(): number {
    return this.#next < this.#table.length ? this.#table.arrivalSeconds[this.#next]! : Infinity;
  }

  #takeRow(): number {
    if (this.#due.nextSeconds <= this.#freeArrival()) {
      const row = this.#due.nextSubject;
      this.#due.pop();
      return row;
    }
    const row = this.#next++;
    this.#skipLaterTurns();
    return row;
  }

  #skipLaterTurns(): void {
    while (this.#next < this.#table.length && this.#turns.isLater[this.#next] === 1) this.#next++;
  }
}

/** The turns of each session, by row. */
interface Turns {
  /** Row of the next turn, -1 for none. */
  readonly next: Int32Array;
  /** 1 when there is a turn before. */
  readonly isLater: Uint8Array;
  /** Whole prompts. */
  readonly inputTokens: Int32Array;
}

function linkTurns(table: RequestTable, sessionId: Int32Array, prompts: TraceSessionsSpec["prompts"]): Turns {
  const { length, outputTokens, classIndex, sourceRow } = table;
  const turns: Turns = {
    next: new Int32Array(length).fill(NONE),
    isLater: new Uint8Array(length),
    inputTokens: table.inputTokens.slice(),
  };
  const refuse = (row: number, message: string, found: unknown, expected: string) =>
    new InputError({
      message: `session ${sessionId[row]!}, row ${sourceRow[row]!} of the trace (from 0): ${message}`,
      ...{ found, expected },
    });
  const latest = new Map<number, number>();
  for (let row = 0; row < length; row++) {
    const session = sessionId[row]!;
    if (session < 0) continue;
    const before = latest.get(session);
    latest.set(session, row);
    if (before === undefined) continue;
    turns.next[before] = row;
    turns.isLater[row] = 1;
    if (classIndex[row] !== classIndex[before]) {
      const [found, expected] = [table.classes[classIndex[row]!], table.classes[classIndex[before]!]];
      throw refuse(row, "a turn of another class than those before it:", found, `"${expected!}"`);
    }
    const context = turns.inputTokens[before]! + outputTokens[before]!;
    if (prompts === "new") turns.inputTokens[row]! += context;
    else if (turns.inputTokens[row]! < context) {
      const expected = `at least ${context} tokens, or prompts: new where the trace lists only what a turn adds`;
      throw refuse(
        row,
        "a prompt shorter than the conversation before it:",
        turns.inputTokens[row],
        expected,
      );
    }
    if (turns.inputTokens[row]! > MOST_TOKENS) {
      throw refuse(row, "an absurd context:", turns.inputTokens[row], `at most ${MOST_TOKENS} tokens`);
    }
  }
  return turns;
}
