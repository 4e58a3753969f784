import type { PromptBlocks, RequestDraft, RequestSource, RequestTable } from "./request.ts";

/** Replays a table row by row. */
export function createTableSource(table: RequestTable): RequestSource {
  return new TableSource(table);
}

class TableSource implements RequestSource {
  readonly classes: readonly string[];
  readonly knownCount: number;
  readonly promptBlocks: PromptBlocks | undefined;
  nextArrivalSeconds: number;
  readonly #table: RequestTable;
  #next = 0;

  constructor(table: RequestTable) {
    this.#table = table;
    this.classes = table.classes;
    this.knownCount = table.length;
    this.promptBlocks = table.prefixBlocks;
    this.nextArrivalSeconds = this.#arrivalOf(0);
  }

  take(draft: RequestDraft): void {
    const table = this.#table;
    const row = this.#next++;
    draft.arrivalSeconds = table.arrivalSeconds[row]!;
    draft.inputTokens = table.inputTokens[row]!;
    draft.outputTokens = table.outputTokens[row]!;
    draft.classIndex = table.classIndex[row]!;
    draft.sessionId = table.sessionId === undefined ? -1 : table.sessionId[row]!;
    draft.firstBlockId = firstBlockOf(table, row);
    draft.blockRow = this.promptBlocks === undefined ? -1 : row;
    draft.sourceRow = table.sourceRow[row]!;
    this.nextArrivalSeconds = this.#arrivalOf(row + 1);
  }

  #arrivalOf(row: number): number {
    return row < this.#table.length ? this.#table.arrivalSeconds[row]! : Infinity;
  }
}

/** Identity of a prompt's first block; -1 when the trace does not tell. */
export function firstBlockOf({ prefixBlocks }: RequestTable, row: number): number {
  if (prefixBlocks === undefined) return -1;
  const from = prefixBlocks.offsets[row]!;
  return from < prefixBlocks.offsets[row + 1]! ? prefixBlocks.ids[from]! : -1;
}
