import { distributionOf, type Distribution } from "../core/quantiles.ts";
import type { RequestTable } from "./request.ts";

/** What a trace holds, in numbers; tokens, seconds. */
export interface TraceDescription {
  readonly requests: number;
  /** First to last arrival. */
  readonly spanSeconds: number;
  /** Inverse of the mean gap; null when all arrive at once. */
  readonly ratePerSecond: number | null;
  /** Standard deviation / mean of the gaps between arrivals (1 is Poisson-like); null when all arrive at once. */
  readonly gapCv: number | null;
  readonly inputTokens: Distribution;
  readonly outputTokens: Distribution;
  /** Sum over all requests. */
  readonly totalInputTokens: number;
  readonly totalOutputTokens: number;
  readonly requestsByClass: Readonly<Record<string, number>>;
  /** What the prefix blocks tell; null for a trace without them. */
  readonly prefix: PrefixReuse | null;
}

export interface PrefixReuse {
  readonly blockTokens: number;
  readonly blocks: number;
  readonly distinctBlocks: number;
  /** Share (0..1) of the blocks that an unlimited prefix cache would already hold: the most any cache can reach. */
  readonly hitRateBound: number;
}

/** Statistics of a trace. Percentiles interpolate linearly. */
export function describeTrace(table: RequestTable): TraceDescription {
  const gaps = describeGaps(table.arrivalSeconds);
  const requestsByClass: Record<string, number> = Object.fromEntries(table.classes.map((name) => [name, 0]));
  for (const index of table.classIndex) requestsByClass[table.classes[index]!]! += 1;
  return {
    requests: table.length,
    ...gaps,
    inputTokens: distributionOf(Float64Array.from(table.inputTokens)),
    outputTokens: distributionOf(Float64Array.from(table.outputTokens)),
    totalInputTokens: table.inputTokens.reduce(plus, 0),
    totalOutputTokens: table.outputTokens.reduce(plus, 0),
    requestsByClass,
    prefix: table.prefixBlocks === undefined ? null : describePrefix(table.prefixBlocks),
  };
}

function describeGaps(
  arrivals: Float64Array,
): Pick<TraceDescription, "spanSeconds" | "ratePerSecond" | "gapCv"> {
  const spanSeconds = arrivals.length === 0 ? 0 : arrivals.at(-1)! - arrivals[0]!;
  if (spanSeconds === 0) return { spanSeconds, ratePerSecond: null, gapCv: null };
  const gaps = arrivals.subarray(1).map((arrival, i) => arrival - arrivals[i]!);
  const { mean, std } = distributionOf(gaps);
  return { spanSeconds, ratePerSecond: 1 / mean!, gapCv: std! / mean! };
}

function describePrefix({ blockTokens, ids }: NonNullable<RequestTable["prefixBlocks"]>): PrefixReuse {
  const distinctBlocks = new Set(ids).size;
  const hitRateBound = ids.length === 0 ? 0 : 1 - distinctBlocks / ids.length;
  return { blockTokens, blocks: ids.length, distinctBlocks, hitRateBound };
}

function plus(a: number, b: number): number {
  return a + b;
}
