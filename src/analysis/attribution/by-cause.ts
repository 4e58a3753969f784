import { GAP, TTFT, type Attribution } from "../../serving/attribution/cause-rows.ts";
import { CAUSE_COUNT, CAUSES, type Cause } from "../../serving/attribution/causes.ts";
import type { SloConfig } from "../../serving/config.ts";
import { targetsOf } from "../../serving/metrics/slo.ts";
import type { RequestRecords } from "../../serving/result.ts";

/** Mean seconds of each cause over some rows. */
export type CauseMeans = Readonly<Record<Cause, number>>;

/** What the first tokens and gaps that missed their targets waited for. */
export interface CausesAboveSlo {
  readonly ttft: { readonly count: number; readonly means: CauseMeans | null };
  readonly gap: { readonly count: number; readonly unlisted: number; readonly means: CauseMeans | null };
}

/** Rows of the requests and gaps that missed the targets of their class, or of the run where a class names none. */
export function causesAboveSlo(
  attribution: Attribution,
  { classes, classIndex }: RequestRecords,
  slo: SloConfig,
): CausesAboveSlo {
  const { order, quantity, request, totalSeconds, unlistedGaps } = attribution;
  const ofRun = slo.run.filter(({ metric }) => metric === "ttft").map(({ seconds }) => seconds);
  const limits = classes.map((name) => targetsOf(slo, name).ttftSeconds ?? Math.min(...ofRun));
  const late = order.filter(
    (row) => quantity[row] === TTFT && totalSeconds[row]! > limits[classIndex[request[row]!]!]!,
  );
  const long = rowsOf(attribution, GAP);
  return {
    ttft: { count: late.length, means: meansOf(attribution, late) },
    gap: { count: long.length + unlistedGaps, unlisted: unlistedGaps, means: meansOf(attribution, long) },
  };
}

/** Rows of one quantity in order of time. */
export function rowsOf({ order, quantity }: Attribution, wanted: number): number[] {
  return order.filter((row) => quantity[row] === wanted);
}

/** Ranks between two points of a curve over the percentiles, in nines: 90 %, 99 %, 99.9 % are 1, 2, 3. */
const NINES_PER_POINT = 0.1;

/** Mean causes of the rows around each percentile of their total time, the percentiles in nines. */
export function causesByNines(
  attribution: Attribution,
  rows: readonly number[],
): readonly { readonly nines: number; readonly means: CauseMeans }[] {
  const sorted = rows.toSorted((a, b) => attribution.totalSeconds[a]! - attribution.totalSeconds[b]!);
  const points: { nines: number; means: CauseMeans }[] = [];
  let from = 0;
  for (let point = 0; from < sorted.length; point++) {
    const nines = point * NINES_PER_POINT;
    const share = 1 - 10 ** -(nines + NINES_PER_POINT / 2);
    const to = Math.min(sorted.length, Math.max(from + 1, Math.round(sorted.length * share)));
    const means = meansOf(attribution, sorted.slice(from, to));
    if (means !== null) points.push({ nines, means });
    from = to;
    if (sorted.length * (1 - share) < 1) break;
  }
  return points;
}

function meansOf({ causeSeconds }: Attribution, rows: readonly number[]): CauseMeans | null {
  if (rows.length === 0) return null;
  const mean = (column: number) =>
    rows.reduce((sum, row) => sum + causeSeconds[row * CAUSE_COUNT + column]!, 0) / rows.length;
  return Object.fromEntries(CAUSES.map((cause, i) => [cause, mean(i)])) as Record<Cause, number>;
}
