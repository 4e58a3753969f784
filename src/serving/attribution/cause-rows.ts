import { doubled } from "../../core/doubled.ts";
import { CAUSE_COUNT } from "./causes.ts";

/** Gaps beyond so many are counted but not listed, so that an overloaded run fits in memory (some 130 MB). */
const MOST_GAP_ROWS = 1_000_000;

/** What a row explains: the time to a first token, or a gap between two tokens. */
export const QUANTITIES = ["ttft", "gap"] as const;
export const TTFT = 0;
export const GAP = 1;

/** Times split into causes, a row each, in seconds. */
export interface Attribution {
  /** The rows that count, by time, and by request where times are equal: an order that no way of simulating changes. */
  readonly order: readonly number[];
  readonly request: Int32Array;
  /** Index in QUANTITIES. */
  readonly quantity: Uint8Array;
  /** When the token came. */
  readonly atSeconds: Float64Array;
  readonly totalSeconds: Float64Array;
  /** Row-major, one column per cause, in the order of CAUSES. */
  readonly causeSeconds: Float64Array;
  /** Gaps above their limit that have no row. */
  readonly unlistedGaps: number;
}

/** Grows by a row at a time. A row is open, its causes still adding up, until the token comes that it explains. */
export class CauseRows {
  request: Int32Array;
  quantity: Uint8Array;
  atSeconds: Float64Array;
  totalSeconds: Float64Array;
  causeSeconds: Float64Array;
  unlistedGaps = 0;
  #length = 0;
  #gaps = 0;

  constructor(capacity: number) {
    this.request = new Int32Array(capacity);
    this.quantity = new Uint8Array(capacity);
    this.atSeconds = new Float64Array(capacity);
    this.totalSeconds = new Float64Array(capacity);
    this.causeSeconds = new Float64Array(capacity * CAUSE_COUNT);
  }

  /** Whether another gap may be listed; if not, it is counted. */
  hasRoomForGap(): boolean {
    if (this.#gaps < MOST_GAP_ROWS) return true;
    this.unlistedGaps++;
    return false;
  }

  open(request: number, quantity: number): number {
    const row = this.#length++;
    if (quantity === GAP) this.#gaps++;
    if (row === this.request.length) this.#grow();
    this.request[row] = request;
    this.quantity[row] = quantity;
    this.atSeconds[row] = NaN;
    return row;
  }

  close(row: number, atSeconds: number, totalSeconds: number): void {
    this.atSeconds[row] = atSeconds;
    this.totalSeconds[row] = totalSeconds;
  }

  /**
   * All that is explained, but for attempts that came to nothing.
   * @param firstTokenSeconds of the attempt that counts, by request
   */
  attribution(firstTokenSeconds: Float64Array): Attribution {
    const { request, quantity, atSeconds, totalSeconds, causeSeconds, unlistedGaps } = this;
    const order: number[] = [];
    for (let row = 0; row < this.#length; row++) {
      const first = firstTokenSeconds[request[row]!]!;
      const at = atSeconds[row]!;
      if (quantity[row] === TTFT ? at === first : at > first) order.push(row);
    }
    order.sort(
      (a, b) => atSeconds[a]! - atSeconds[b]! || request[a]! - request[b]! || quantity[a]! - quantity[b]!,
    );
    return { order, request, quantity, atSeconds, totalSeconds, causeSeconds, unlistedGaps };
  }

  #grow(): void {
    this.request = doubled(this.request);
    this.quantity = doubled(this.quantity);
    this.atSeconds = doubled(this.atSeconds);
    this.totalSeconds = doubled(this.totalSeconds);
    this.causeSeconds = doubled(this.causeSeconds);
  }
}
