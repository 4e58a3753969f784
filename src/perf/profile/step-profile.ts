/** Measured points of a function of one count, by ascending count; at least one. Plain data. */
export interface ProfileLine {
  readonly at: readonly number[];
  readonly seconds: readonly number[];
}

/** Lines over tokens of context, by ascending number of tokens or sequences; at least one. */
export interface ProfileGrid {
  readonly at: readonly number[];
  readonly lines: readonly ProfileLine[];
}

/**
 * What the steps of one replica take, as points that somebody measured or a model gave: the parts of a step add up. All
 * are seconds of a whole step over all layers, all devices of the replica working together. Plain data.
 */
export interface StepProfile {
  /** Every step. */
  readonly step: number;
  /** All but attention, by the tokens of the step. */
  readonly tokens: ProfileLine;
  /** LM head and sampling, by the sequences that get a token. */
  readonly logits: ProfileLine;
  /** Attention of decoding sequences, by their number and the tokens that each attends to. */
  readonly decode: ProfileGrid;
  /** The same beside the chunk of a prompt; like `decode` when left out. */
  readonly decodeMixed?: ProfileGrid | undefined;
  /** Attention of one chunk of a prompt, by its tokens and those computed before. */
  readonly prefill: ProfileGrid;
}

/** Value at `x` and slope on the segment that begins there; `until` is where the segment ends. Reused from call to call. */
export class Segment {
  seconds = 0;
  slope = 0;
  until = Infinity;

  /**
   * Between two points linear. Below the first one nothing is gained; beyond the last one the line goes on as between the
   * last two, but never down.
   */
  ofLine({ at, seconds }: ProfileLine, x: number): this {
    const last = at.length - 1;
    const right = indexAfter(at, x);
    if (right === 0) {
      this.seconds = seconds[0]!;
      this.slope = 0;
      this.until = at[0]!;
      return this;
    }
    const isBeyond = right > last;
    const to = isBeyond ? last : right;
    const slope = to === 0 ? 0 : (seconds[to]! - seconds[to - 1]!) / (at[to]! - at[to - 1]!);
    this.slope = isBeyond ? Math.max(0, slope) : slope;
    this.seconds = isBeyond
      ? seconds[last]! + this.slope * (x - at[last]!)
      : seconds[to - 1]! + slope * (x - at[to - 1]!);
    this.until = isBeyond ? Infinity : at[to]!;
    return this;
  }

  /** Between two lines linear in `count`; fewer than the first cost as much, more than the last in proportion. */
  ofGrid({ at, lines }: ProfileGrid, count: number, x: number): this {
    const right = indexAfter(at, count);
    if (right === 0) return this.ofLine(lines[0]!, x);
    const left = right - 1;
    this.ofLine(lines[left]!, x);
    if (right === at.length) return this.#scale(count / at[left]!);
    const share = (count - at[left]!) / (at[right]! - at[left]!);
    if (share === 0) return this;
    const { seconds, slope, until } = this.#scale(1 - share);
    this.ofLine(lines[right]!, x).#scale(share);
    this.seconds += seconds;
    this.slope += slope;
    this.until = Math.min(this.until, until);
    return this;
  }

  #scale(factor: number): this {
    this.seconds *= factor;
    this.slope *= factor;
    return this;
  }
}

/** The line with more never taking less: what falls was noise. */
export function rising({ at, seconds }: ProfileLine): ProfileLine {
  return { at, seconds: runningMaximum(seconds) };
}

/** The same of every line of a grid. */
export function risingGrid({ at, lines }: ProfileGrid): ProfileGrid {
  return { at, lines: lines.map(rising) };
}

function runningMaximum(values: readonly number[]): number[] {
  let most = -Infinity;
  return values.map((value) => (most = Math.max(most, value)));
}

/** Index of the first value above `x`; the length when there is none. */
function indexAfter(ascending: readonly number[], x: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}
