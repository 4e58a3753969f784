/** Bytes of an fp32 partial sum held beside the operands of a tile. */
const SUM_BYTES = 4;
/** Keeps a whole grain from being lost to rounding when one side is worked out from the other and back. */
const ROUNDING = 1e-9;

/** Smallest useful tile: what the matrix unit takes at once. */
export interface Grain {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/** The part of [m, k] · [k, n] that a memory holds at a time; overwritten by each choice. */
export interface Tile {
  m: number;
  k: number;
  n: number;
  /** Times that the inputs, the weights are read from the memory above. */
  inputPasses: number;
  weightPasses: number;
}

/** A product and the bytes of an element of each operand; reused from one choice to the next. */
export interface Operands {
  m: number;
  k: number;
  n: number;
  inputBytes: number;
  weightBytes: number;
}

/**
 * Of the many tiles that fit a memory one of three reads least from the one above, b·m·k·⌈n/Tn⌉ of inputs and b·k·n·⌈m/Tm⌉
 * of weights: outputs held while slices of both operands stream, rows of inputs held whole while weights stream, or
 * columns of weights held while inputs stream.
 */
export const HELD = ["outputs", "inputs", "weights"] as const;

/**
 * The largest tile that holds the given matrix in `capacityBytes` (already halved where the other half is being filled):
 * bA·Tm·Tk + bB·Tk·Tn + 4·Tm·Tn ≤ capacity. More capacity never makes it smaller.
 * @returns whether there is one
 */
export function tileHolding(
  held: (typeof HELD)[number],
  operands: Operands,
  capacityBytes: number,
  grain: Grain,
  into: Tile,
): boolean {
  const { m, k, n, inputBytes, weightBytes } = operands;
  into.m = Math.min(m, grain.m);
  into.k = k;
  into.n = Math.min(n, grain.n);
  into.inputPasses = 1;
  into.weightPasses = 1;
  switch (held) {
    case "outputs": {
      // The sides that balance both streams, the longer one taking what the shorter leaves.
      const balanced = Math.sqrt((capacityBytes * weightBytes) / (SUM_BYTES * inputBytes));
      const beside = sideBeside(Math.min(m, balanced), capacityBytes, inputBytes, weightBytes, grain.k);
      const columns = Math.min(n, Math.max(1, beside));
      const rows = sideBeside(columns, capacityBytes, weightBytes, inputBytes, grain.k) * (1 + ROUNDING);
      into.m = inGrains(Math.max(1, rows), m, grain.m);
      into.k = Math.min(k, grain.k);
      into.n = inGrains(columns, n, grain.n);
      into.inputPasses = Math.ceil(n / into.n);
      into.weightPasses = Math.ceil(m / into.m);
      return true;
    }
    case "inputs": {
      const rows = (capacityBytes - weightBytes * k * into.n) / (inputBytes * k + SUM_BYTES * into.n);
      if (rows < 1) return false;
      into.m = inGrains(rows, m, grain.m);
      into.weightPasses = Math.ceil(m / into.m);
      return true;
    }
    case "weights": {
      const columns = (capacityBytes - inputBytes * k * into.m) / (weightBytes * k + SUM_BYTES * into.m);
      if (columns < 1) return false;
      into.n = inGrains(columns, n, grain.n);
      into.inputPasses = Math.ceil(n / into.n);
      return true;
    }
  }
}

export function copyTile(from: Tile, to: Tile): void {
  to.m = from.m;
  to.k = from.k;
  to.n = from.n;
  to.inputPasses = from.inputPasses;
  to.weightPasses = from.weightPasses;
}

/** Longest other side of a tile of sums with slices of both operands, k deep, beside it. */
function sideBeside(
  side: number,
  capacityBytes: number,
  sideOperandBytes: number,
  otherOperandBytes: number,
  k: number,
): number {
  return (capacityBytes - sideOperandBytes * side * k) / (SUM_BYTES * side + otherOperandBytes * k);
}

/** At most `size`, and whole grains where there is room for one. */
function inGrains(size: number, extent: number, grain: number): number {
  if (size >= extent) return extent;
  return size < grain ? Math.floor(size) : Math.floor(size / grain) * grain;
}
