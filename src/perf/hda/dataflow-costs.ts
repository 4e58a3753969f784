import { DATAFLOWS, partialSumBytes, type ArrayShape, type Dataflow } from "./systolic-array.ts";

/** Bytes of an element of each operand. */
interface ElementBytes {
  readonly inputBytes: number;
  readonly weightBytes: number;
  readonly outputBytes: number;
}

/**
 * What one dataflow takes on the arrays of a core for any number of rows of [rows, k] · [k, n]: all but the rows worked out.
 *
 * Outputs held in the array (rows on its R rows, n on its C columns): ⌈rows/R⌉⌈n/C⌉ folds dealt to the arrays, each
 * k + R + C - 2 cycles (the SCALE-Sim look-up tables of PrincetonUniversity/LLMCompass, exactly). Back to back the skew is
 * paid once; but the results of a fold leave through the wires that bring operands, R - 1 cycles after the first row of
 * them, before the next fold can fill the accumulators.
 *
 * Weights held (k on R, n on C): ⌈k/R⌉⌈n/C⌉ folds, each rows + 2R + C - 2 cycles (scalesim-project/scale-sim-v2
 * systolic_compute_ws.py: load R, stream, skew and drain). With the next weights loading behind the current fold all but
 * the last take max(rows, R), with one load and one drain at the ends. Inputs held (k on R, rows on C): the same with the
 * weights streaming.
 *
 * A streamed operand is read again for every fold beside it. Held outputs leave once, as `outputBytes` an element;
 * otherwise every fold along k writes fp32 partial sums and all but the first read those before it.
 */
export interface DataflowCosts {
  readonly dataflow: Dataflow;
  /** Rows that an array holds at a time: more than there are where they stream past. */
  readonly tileRows: number;
  /** Arrays share the folds of all tiles. */
  readonly foldsPerTile: number;
  readonly arrays: number;
  /** Cycles of a fold beside those of rows that stream, and of the ends of all. */
  readonly foldCycles: number;
  readonly endCycles: number;
  /** Rows stream through every fold, which lasts at least as long as so many of them would, the last one apart. */
  readonly streams: boolean;
  readonly leastStreamed: number;
  /** Bytes over the edges of the arrays for each row and each tile of rows. */
  readonly rowBytes: number;
  readonly tileBytes: number;
}

/** More rows than any product has. */
const ALL_ROWS = 2 ** 30 - 1;

/** The costs of every dataflow, in the order of `DATAFLOWS`. */
export function dataflowCosts(
  shape: ArrayShape,
  k: number,
  n: number,
  bytes: ElementBytes,
): readonly DataflowCosts[] {
  return DATAFLOWS.map((dataflow) => costsIn(shape, dataflow, k, n, bytes));
}

function costsIn(
  shape: ArrayShape,
  dataflow: Dataflow,
  k: number,
  n: number,
  { inputBytes, weightBytes, outputBytes }: ElementBytes,
): DataflowCosts {
  const { arrays, rows, columns, doubleBuffered } = shape;
  const skew = rows + columns - 2;
  const kFolds = Math.ceil(k / rows);
  const nFolds = Math.ceil(n / columns);
  const sums = n * partialSumBytes(shape, k);
  const weights = k * n * weightBytes;
  const ends = rows + skew;
  switch (dataflow) {
    case "output-stationary":
      return {
        dataflow,
        tileRows: rows,
        foldsPerTile: nFolds,
        arrays,
        foldCycles: k + (doubleBuffered ? rows - 1 : skew),
        endCycles: doubleBuffered ? skew - (rows - 1) : 0,
        streams: false,
        leastStreamed: 0,
        rowBytes: k * inputBytes * nFolds + n * outputBytes,
        tileBytes: weights,
      };
    case "weight-stationary":
      return {
        dataflow,
        tileRows: ALL_ROWS,
        foldsPerTile: kFolds * nFolds,
        arrays,
        foldCycles: doubleBuffered ? 0 : ends,
        endCycles: doubleBuffered ? ends : 0,
        streams: true,
        leastStreamed: doubleBuffered ? rows : 0,
        rowBytes: k * inputBytes * nFolds + sums,
        tileBytes: weights,
      };
    case "input-stationary": {
      const foldCycles = doubleBuffered ? Math.max(n, rows) : n + ends;
      return {
        dataflow,
        tileRows: columns,
        foldsPerTile: kFolds,
        arrays,
        foldCycles,
        endCycles: doubleBuffered ? ends + n - foldCycles : 0,
        streams: false,
        leastStreamed: 0,
        rowBytes: k * inputBytes + sums,
        tileBytes: weights,
      };
    }
  }
}

/** Cycles in which the arrays finish `rows` rows, fed as fast as they ask for; 0 for no rows, Infinity without arrays. */
export function rowsCycles(costs: DataflowCosts, rows: number): number {
  return rows === 0 ? 0 : tilesCycles(costs, rows, Math.ceil(rows / costs.tileRows));
}

/** Bytes over the edges of the arrays for `rows` rows. */
export function rowsBytes({ tileRows, rowBytes, tileBytes }: DataflowCosts, rows: number): number {
  return rows * rowBytes + Math.ceil(rows / tileRows) * tileBytes;
}

/** Cycles in which the arrays finish `rows` rows, or the memory that feeds them if that takes longer. */
export function fedRowsCycles(costs: DataflowCosts, rows: number, bytesPerCycle: number): number {
  if (rows === 0) return 0;
  const tiles = Math.ceil(rows / costs.tileRows);
  const fed = (rows * costs.rowBytes + tiles * costs.tileBytes) / bytesPerCycle;
  const cycles = tilesCycles(costs, rows, tiles);
  return cycles > fed ? cycles : fed;
}

function tilesCycles(costs: DataflowCosts, rows: number, tiles: number): number {
  const folds = Math.ceil((tiles * costs.foldsPerTile) / costs.arrays);
  if (!costs.streams) return folds * costs.foldCycles + costs.endCycles;
  const length = rows > costs.leastStreamed ? rows : costs.leastStreamed;
  return folds * (costs.foldCycles + length) + costs.endCycles + rows - length;
}
