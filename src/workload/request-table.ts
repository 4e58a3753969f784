import { doubled } from "../core/doubled.ts";
import { MOST_CLASSES } from "./checks.ts";
import type { PromptBlocks, RequestTable } from "./request.ts";

/** Class of requests whose trace names none. */
export const DEFAULT_CLASS = "default";

/** Arrivals of a trace come in ticks of its own clock, so that the difference to the first one is exact. */
export interface RequestTableOptions {
  /** Ticks of the arrival clock in one second, e.g. 1000 for milliseconds. */
  readonly ticksPerSecond: number;
  /** Prompt tokens a prefix block stands for; undefined when the trace tells no blocks. */
  readonly blockTokens?: number | undefined;
}

/**
 * Collects requests row by row into typed-array columns that double when full. Rows may come in any order of arrival;
 * `build` orders them.
 */
export class RequestTableBuilder {
  readonly #options: RequestTableOptions;
  readonly #classIndices = new Map<string, number>();
  #length = 0;
  #ticks = new Float64Array(1024);
  #inputTokens = new Int32Array(1024);
  #outputTokens = new Int32Array(1024);
  #classIndex = new Uint16Array(1024);
  #sourceRow = new Int32Array(1024);
  #sessionId = new Int32Array(1024);
  #hasSessions = false;
  #blockEnds = new Int32Array(1024);
  #blockIds = new Int32Array(1024);
  #blockCount = 0;
  #latestTicks = -Infinity;
  #sorted = true;

  constructor(options: RequestTableOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#length;
  }

  /** Latest arrival so far in ticks; -Infinity when empty. */
  get latestTicks(): number {
    return this.#latestTicks;
  }

  /** False once a row has come with an earlier arrival than one before it. */
  get sorted(): boolean {
    return this.#sorted;
  }

  /**
   * Index of a class name, a new one at its first use; undefined for a new name when there are 65,536 already.
   */
  classIndexOf(name: string): number | undefined {
    const known = this.#classIndices.get(name);
    if (known !== undefined) return known;
    const index = this.#classIndices.size;
    if (index === MOST_CLASSES) return undefined;
    this.#classIndices.set(name, index);
    return index;
  }

  /** Adds a prompt block to the row that the next `add` completes. */
  addPrefixBlock(id: number): void {
    if (this.#blockCount === this.#blockIds.length) this.#blockIds = doubled(this.#blockIds);
    this.#blockIds[this.#blockCount++] = id;
  }

  /**
   * Completes a row.
   * @param ticks arrival on the trace's clock, any origin
   * @param classIndex as told by `classIndexOf`
   * @param sessionId -1 for none
   */
  add(
    ticks: number,
    inputTokens: number,
    outputTokens: number,
    sourceRow: number,
    classIndex: number,
    sessionId: number,
  ): void {
    const row = this.#length++;
    if (row === this.#ticks.length) this.#grow();
    this.#ticks[row] = ticks;
    this.#inputTokens[row] = inputTokens;
    this.#outputTokens[row] = outputTokens;
    this.#sourceRow[row] = sourceRow;
    this.#classIndex[row] = classIndex;
    this.#sessionId[row] = sessionId;
    this.#blockEnds[row] = this.#blockCount;
    if (sessionId >= 0) this.#hasSessions = true;
    if (ticks < this.#latestTicks) this.#sorted = false;
    else this.#latestTicks = ticks;
  }

  /** The table, ordered by arrival (rows of equal arrival keep their order), its clock starting at the earliest one. */
  build(): RequestTable {
    const length = this.#length;
    const { ticksPerSecond, blockTokens } = this.#options;
    const ticks = this.#ticks.subarray(0, length);
    let earliest = Infinity;
    for (let row = 0; row < length; row++) earliest = Math.min(earliest, ticks[row]!);
    const table: RequestTable = {
      length,
      arrivalSeconds: ticks.map((tick) => (tick - earliest) / ticksPerSecond),
      inputTokens: this.#inputTokens.slice(0, length),
      outputTokens: this.#outputTokens.slice(0, length),
      classIndex: this.#classIndex.slice(0, length),
      classes: this.#classIndices.size === 0 ? [DEFAULT_CLASS] : [...this.#classIndices.keys()],
      sourceRow: this.#sourceRow.slice(0, length),
      sessionId: this.#hasSessions ? this.#sessionId.slice(0, length) : undefined,
      prefixBlocks:
        blockTokens === undefined || this.#blockCount === 0
          ? undefined
          : { blockTokens, offsets: this.#blockOffsets(), ids: this.#blockIds.slice(0, this.#blockCount) },
    };
    return this.#sorted ? table : orderByArrival(table);
  }

  #blockOffsets(): Int32Array {
    const offsets = new Int32Array(this.#length + 1);
    offsets.set(this.#blockEnds.subarray(0, this.#length), 1);
    return offsets;
  }

  #grow(): void {
    this.#ticks = doubled(this.#ticks);
    this.#inputTokens = doubled(this.#inputTokens);
    this.#outputTokens = doubled(this.#outputTokens);
    this.#classIndex = doubled(this.#classIndex);
    this.#sourceRow = doubled(this.#sourceRow);
    this.#sessionId = doubled(this.#sessionId);
    this.#blockEnds = doubled(this.#blockEnds);
  }
}

/** The same requests by rising arrival; equal arrivals keep their order. */
export function orderByArrival(table: RequestTable): RequestTable {
  const { arrivalSeconds } = table;
  const rows = Int32Array.from({ length: table.length }, (_, row) => row);
  rows.sort((a, b) => arrivalSeconds[a]! - arrivalSeconds[b]! || a - b);
  return selectRows(table, rows);
}

/**
 * The requests at the given rows, in that order and with all that belongs to them.
 * @param arrivalSeconds arrivals of the new rows; without it they keep their own
 */
export function selectRows(
  table: RequestTable,
  rows: Int32Array,
  arrivalSeconds?: Float64Array,
): RequestTable {
  return {
    length: rows.length,
    arrivalSeconds: arrivalSeconds ?? gather(new Float64Array(rows.length), table.arrivalSeconds, rows),
    inputTokens: gather(new Int32Array(rows.length), table.inputTokens, rows),
    outputTokens: gather(new Int32Array(rows.length), table.outputTokens, rows),
    classIndex: gather(new Uint16Array(rows.length), table.classIndex, rows),
    classes: table.classes,
    sourceRow: gather(new Int32Array(rows.length), table.sourceRow, rows),
    sessionId: table.sessionId && gather(new Int32Array(rows.length), table.sessionId, rows),
    prefixBlocks: table.prefixBlocks && gatherBlocks(table.prefixBlocks, rows),
  };
}

function gatherBlocks(blocks: PromptBlocks, rows: Int32Array): PromptBlocks {
  const offsets = new Int32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    offsets[i + 1] = offsets[i]! + blocks.offsets[row + 1]! - blocks.offsets[row]!;
  }
  const ids = new Int32Array(offsets[rows.length]!);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    ids.set(blocks.ids.subarray(blocks.offsets[row], blocks.offsets[row + 1]), offsets[i]);
  }
  return { blockTokens: blocks.blockTokens, offsets, ids };
}

function gather<T extends Float64Array | Int32Array | Uint16Array>(
  target: T,
  source: T,
  rows: Int32Array,
): T {
  for (let i = 0; i < rows.length; i++) target[i] = source[rows[i]!]!;
  return target;
}
