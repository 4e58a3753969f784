import { STATUS, type RequestRecords } from "../../serving/result.ts";
import type { MeasurementWindow } from "../../serving/config.ts";

/** What the completed, measured requests of a run saw, in order of arrival; seconds. */
export interface RunSeries {
  readonly arrivalSeconds: Float64Array;
  readonly queue: Float64Array;
  readonly ttft: Float64Array;
  readonly e2e: Float64Array;
  /** Those with more than one output token alone, as single tokens have no gaps. */
  readonly multiToken: {
    readonly arrivalSeconds: Float64Array;
    readonly tpot: Float64Array;
    /** Gaps between tokens: how many, and their sum. */
    readonly gaps: Float64Array;
    readonly gapSeconds: Float64Array;
    readonly maxTbt: Float64Array;
  };
}

type SeriesRecords = Pick<
  RequestRecords,
  | "length"
  | "status"
  | "arrivalSeconds"
  | "firstScheduledSeconds"
  | "firstTokenSeconds"
  | "finishSeconds"
  | "maxTbtSeconds"
  | "outputTokens"
>;

/** One pass over the records of a run. */
export function runSeriesOf(
  records: SeriesRecords,
  { fromSeconds, untilSeconds }: MeasurementWindow,
): RunSeries {
  const column = (): Float64Array => new Float64Array(records.length);
  const arrivalSeconds = column();
  const queue = column();
  const ttft = column();
  const e2e = column();
  const multi = {
    arrivalSeconds: column(),
    tpot: column(),
    gaps: column(),
    gapSeconds: column(),
    maxTbt: column(),
  };
  let count = 0;
  let multiCount = 0;
  for (let row = 0; row < records.length; row++) {
    const arrival = records.arrivalSeconds[row]!;
    if (records.status[row] !== STATUS.completed || arrival < fromSeconds || arrival >= untilSeconds)
      continue;
    const first = records.firstTokenSeconds[row]!;
    const finish = records.finishSeconds[row]!;
    arrivalSeconds[count] = arrival;
    queue[count] = records.firstScheduledSeconds[row]! - arrival;
    ttft[count] = first - arrival;
    e2e[count] = finish - arrival;
    count++;
    const gaps = records.outputTokens[row]! - 1;
    if (gaps === 0) continue;
    multi.arrivalSeconds[multiCount] = arrival;
    multi.tpot[multiCount] = (finish - first) / gaps;
    multi.gaps[multiCount] = gaps;
    multi.gapSeconds[multiCount] = finish - first;
    multi.maxTbt[multiCount] = records.maxTbtSeconds[row]!;
    multiCount++;
  }
  return {
    arrivalSeconds: arrivalSeconds.subarray(0, count),
    queue: queue.subarray(0, count),
    ttft: ttft.subarray(0, count),
    e2e: e2e.subarray(0, count),
    multiToken: {
      arrivalSeconds: multi.arrivalSeconds.subarray(0, multiCount),
      tpot: multi.tpot.subarray(0, multiCount),
      gaps: multi.gaps.subarray(0, multiCount),
      gapSeconds: multi.gapSeconds.subarray(0, multiCount),
      maxTbt: multi.maxTbt.subarray(0, multiCount),
    },
  };
}

/** The part of a series from the first arrival at or after `seconds` on. */
export function seriesFrom(series: RunSeries, seconds: number): RunSeries {
  const first = firstAt(series.arrivalSeconds, seconds);
  const firstMulti = firstAt(series.multiToken.arrivalSeconds, seconds);
  return mapColumns(
    (of) => of(series).subarray(first),
    (of) => of(series).subarray(firstMulti),
  );
}

/** The part of a series after its first `count` requests, of all and of multi-token ones. */
export function seriesAfter(series: RunSeries, count: number): RunSeries {
  return mapColumns((of) => of(series).subarray(count));
}

/** Several series one after the other, at least one. */
export function joinedSeries(parts: readonly RunSeries[]): RunSeries {
  const join = (of: ColumnOf): Float64Array => joined(parts.map(of));
  return mapColumns(join, join);
}

type ColumnOf = (series: RunSeries) => Float64Array;

/** A series made column by column, those of all requests and those of multi-token requests. */
function mapColumns(ofAll: (column: ColumnOf) => Float64Array, ofMulti = ofAll): RunSeries {
  return {
    arrivalSeconds: ofAll((series) => series.arrivalSeconds),
    queue: ofAll((series) => series.queue),
    ttft: ofAll((series) => series.ttft),
    e2e: ofAll((series) => series.e2e),
    multiToken: {
      arrivalSeconds: ofMulti((series) => series.multiToken.arrivalSeconds),
      tpot: ofMulti((series) => series.multiToken.tpot),
      gaps: ofMulti((series) => series.multiToken.gaps),
      gapSeconds: ofMulti((series) => series.multiToken.gapSeconds),
      maxTbt: ofMulti((series) => series.multiToken.maxTbt),
    },
  };
}

function firstAt(times: Float64Array, seconds: number): number {
  const found = times.findIndex((time) => time >= seconds);
  return found < 0 ? times.length : found;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
