import { InputError } from "../core/errors.ts";
import type { ArrivalSpec } from "./arrivals/arrival-process.ts";
import { describeTrace } from "./describe.ts";
import type { LengthSpec } from "./lengths/length-sampler.ts";
import type { RequestTable } from "./request.ts";
import type { SyntheticSpec } from "./synthetic.ts";

/** A synthetic workload like a trace, and why each part was chosen, a sentence each. */
export interface TraceFit {
  readonly spec: SyntheticSpec;
  readonly reasons: readonly string[];
}

/** CVs this close to 0 or 1 count as an even pace or a Poisson process. */
const CV_TOLERANCE = 0.03;
/** Largest gap between both distribution functions at which lengths count as lognormal. */
const LOGNORMAL_TOLERANCE = 0.05;
/** Longest list of values that stands for a distribution of lengths. */
const MOST_VALUES = 500;

/** The description alone; see `explainFit`. */
export function fitTrace(table: RequestTable): SyntheticSpec {
  return explainFit(table).spec;
}

/**
 * Describes a trace as a synthetic workload of as many requests.
 *
 * Arrivals: the trace's rate, with gamma gaps of its coefficient of variation (burstiness 1/CV²); Poisson or constant
 * where the CV is within 0.03 of 1 or 0. Lengths: lognormal by the moments of the logarithm, cut to the trace's range,
 * where the Kolmogorov-Smirnov distance is at most 0.05; otherwise the lengths themselves (at most 500 values: above
 * that, the means of equally large groups by rank). What is lost: relations between input and output, between
 * neighbours in time, prefixes, sessions, and lengths that differ by class.
 * @throws InputError for fewer than two requests or a trace without any time between them
 */
export function explainFit(table: RequestTable): TraceFit {
  const { ratePerSecond, gapCv, requestsByClass } = describeTrace(table);
  if (ratePerSecond === null || gapCv === null) {
    throw new InputError({
      message: "cannot fit arrivals",
      expected: "at least two requests at different times",
    });
  }
  const arrivals = fitArrivals(ratePerSecond, gapCv);
  const input = fitLengths(table.inputTokens);
  const output = fitLengths(table.outputTokens);
  const spec: SyntheticSpec = {
    arrivals: arrivals.spec,
    input: input.spec,
    output: output.spec,
    requests: table.length,
    ...(table.classes.length > 1 && {
      classes: Object.entries(requestsByClass).map(([name, weight]) => ({ name, weight })),
    }),
  };
  return { spec, reasons: [arrivals.reason, `input: ${input.reason}`, `output: ${output.reason}`] };
}

function fitArrivals(ratePerSecond: number, cv: number): { spec: ArrivalSpec; reason: string } {
  const reason = (name: string) => `arrivals: ${name}, as the CV of the gaps is ${cv.toFixed(3)}`;
  if (cv < CV_TOLERANCE) return { spec: { kind: "constant", ratePerSecond }, reason: reason("constant") };
  if (Math.abs(cv - 1) < CV_TOLERANCE)
    return { spec: { kind: "poisson", ratePerSecond }, reason: reason("poisson") };
  const burstiness = 1 / cv ** 2;
  const name = `gamma with burstiness ${burstiness.toFixed(3)}`;
  return { spec: { kind: "gamma", ratePerSecond, burstiness }, reason: reason(name) };
}

function fitLengths(lengths: Int32Array): { spec: LengthSpec; reason: string } {
  const sorted = Float64Array.from(lengths).sort();
  const min = sorted[0]!;
  const max = sorted.at(-1)!;
  if (min === max) return { spec: { kind: "fixed", tokens: min }, reason: `fixed, every request has ${min}` };

  const logs = sorted.map(Math.log);
  const mu = mean(logs);
  const sigma = Math.sqrt(mean(logs.map((log) => (log - mu) ** 2)));
  const distance = distanceToNormal(logs, mu, sigma);
  const measured = `lognormal is off by ${distance.toFixed(3)} (Kolmogorov-Smirnov)`;
  if (distance <= LOGNORMAL_TOLERANCE) {
    return {
      spec: { kind: "lognormal", median: Math.exp(mu), sigma, min, max },
      reason: `lognormal: ${measured}`,
    };
  }
  const spec = empiricalOf(sorted);
  return { spec, reason: `empirical with ${spec.values.length} values: ${measured}` };
}

function empiricalOf(sorted: Float64Array): { kind: "empirical"; values: number[]; weights: number[] } {
  const weightOf = new Map<number, number>();
  const add = (value: number, weight: number) => weightOf.set(value, (weightOf.get(value) ?? 0) + weight);
  for (const value of sorted) add(value, 1);
  if (weightOf.size > MOST_VALUES) {
    weightOf.clear();
    for (let group = 0; group < MOST_VALUES; group++) {
      const from = Math.floor((group * sorted.length) / MOST_VALUES);
      const to = Math.floor(((group + 1) * sorted.length) / MOST_VALUES);
      add(Math.round(mean(sorted.subarray(from, to))), to - from);
    }
  }
  return { kind: "empirical", values: [...weightOf.keys()], weights: [...weightOf.values()] };
}

/** Kolmogorov-Smirnov distance of ascending values to a normal distribution. Equal values count as one step. */
function distanceToNormal(sorted: Float64Array, mu: number, sigma: number): number {
  let largest = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    const expected = normalCdf((sorted[start]! - mu) / sigma);
    largest = Math.max(
      largest,
      Math.abs(expected - start / sorted.length),
      Math.abs(expected - end / sorted.length),
    );
    start = end;
  }
  return largest;
}

/** Φ(z) within 7.5e-8: Abramowitz and Stegun, Handbook of Mathematical Functions, formula 26.2.17. */
function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const polynomial =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upperTail = (Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
  return z >= 0 ? 1 - upperTail : upperTail;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
