import type { OperatingPoint } from "./operating-point.ts";
import { prefillAt } from "./prefill-server.ts";
import type { SystemModel } from "./system-model.ts";

/** How a latency is distributed: P(X > seconds), never rising. */
export type Survival = (seconds: number) => number;

/** Percentiles that a run tells too. */
export interface LatencyEstimate {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
}

/** A system at one of the levels between which the rate wanders, and the share of the requests that come then. */
export interface WeightedPoint {
  readonly point: OperatingPoint;
  readonly share: number;
}

/**
 * Time to first token: the own steps of each stratum of prompts, after a wait that is exponential where there is one
 * (Kingman's heavy-traffic law), for other prompts and for a seat.
 */
export function ttftSurvival(model: SystemModel, points: readonly WeightedPoint[]): Survival {
  const { times, traffic } = model;
  const { weights } = traffic.prompts;
  const parts = points.map(({ point, share }) => {
    const { prefill, batch, queueSeconds, vacationSeconds, seatSeconds, seatWaitShare } = point;
    const own = Float64Array.from(
      weights,
      (_, i) => times.promptFigures(batch, i).seconds + prefill.sharingSeconds + vacationSeconds,
    );
    return {
      share,
      own,
      queue: waitOf(queueSeconds, prefill.busy),
      seat: waitOf(seatSeconds, seatWaitShare),
    };
  });
  return (seconds) => {
    let survival = 0;
    for (const { share, own, queue, seat } of parts) {
      let later = 0;
      for (let i = 0; i < own.length; i++) {
        const left = seconds - own[i]!;
        later +=
          left < 0 ? weights[i]! : weights[i]! * (1 - (1 - exceeds(queue, left)) * (1 - exceeds(seat, left)));
      }
      survival += share * later;
    }
    return survival;
  };
}

/** Waits with probability `share`, then exponentially long. */
interface Wait {
  readonly share: number;
  readonly meanSeconds: number;
}

function waitOf(seconds: number, share: number): Wait {
  const probability = Math.min(1, share);
  return probability > 0 && seconds > 0
    ? { share: probability, meanSeconds: seconds / probability }
    : { share: 0, meanSeconds: 1 };
}

function exceeds({ share, meanSeconds }: Wait, seconds: number): number {
  return share === 0 ? 0 : share * Math.exp(-seconds / meanSeconds);
}

/** From arrival to the first own step, as `ttftSurvival` has it. */
export function queueSurvival(points: readonly WeightedPoint[]): Survival {
  const parts = points.map(({ point, share }) => ({
    ...{ share, vacation: point.vacationSeconds },
    queue: waitOf(point.queueSeconds, point.prefill.busy),
    seat: waitOf(point.seatSeconds, point.seatWaitShare),
  }));
  return (seconds) =>
    parts.reduce((sum, { share, vacation, queue, seat }) => {
      const left = seconds - vacation;
      return sum + share * (left < 0 ? 1 : 1 - (1 - exceeds(queue, left)) * (1 - exceeds(seat, left)));
    }, 0);
}

/**
 * Mean time per output token of a request: a mean over its gaps, which scatter around that of the batch it meets the less
 * the more there are.
 */
export function tpotSurvival(model: SystemModel, points: readonly WeightedPoint[]): Survival {
  const { times, traffic, replicas, sharing } = model;
  const { values: outputs, weights } = traffic.outputs;
  const parts = points.flatMap(({ point, share }) =>
    typicalBatches(point).map(({ sequences, weight }) => {
      const beside = times.promptsBeside(Math.max(1, sequences / sharing));
      const { busy, stepsPerSecond, stepSeconds } = prefillAt(beside, point.ratePerSecond / replicas);
      const decodes = Math.max(0, 1 - busy) / beside.decodeSeconds;
      const mixed = stepsPerSecond / (stepsPerSecond + decodes);
      const mean = mixed * stepSeconds + (1 - mixed) * beside.decodeSeconds;
      const variance = mixed * (1 - mixed) * (stepSeconds - beside.decodeSeconds) ** 2;
      return { mean, deviation: Math.sqrt(variance), weight: share * weight };
    }),
  );
  return (seconds) => {
    let later = 0;
    for (const { mean, deviation, weight } of parts) {
      for (let i = 0; i < outputs.length; i++) {
        const spread = deviation / Math.sqrt(Math.max(1, outputs[i]! - 1));
        later += weight * weights[i]! * normalTail((seconds - mean) / Math.max(spread, 1e-12));
      }
    }
    return later;
  };
}

/** P(Z > z) of a standard normal Z, right to 1e-7 (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26). */
function normalTail(z: number): number {
  if (Math.abs(z) > 8) return z > 0 ? 0 : 1;
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (series * Math.exp((-z * z) / 2)) / 2;
  return z > 0 ? tail : 1 - tail;
}

/** From arrival to the last token: the mean time to the first, then each stratum of answers at the mean pace. */
export function endToEndAtoms({ traffic }: SystemModel, points: readonly WeightedPoint[]): Atoms {
  const { values, weights } = traffic.outputs;
  const seconds: number[] = [];
  const shares: number[] = [];
  for (const { point, share } of points) {
    for (let i = 0; i < values.length; i++) {
      seconds.push(point.ttftSeconds + (values[i]! - 1) * point.tbtSeconds);
      shares.push(share * weights[i]!);
    }
  }
  return { seconds, weights: shares };
}

/** Most batch sizes that stand for those of one level. */
const BATCHES = 5;

/**
 * Gaps between tokens: steps that only decode and steps with prompts, as often as they come, at the batch sizes that a
 * token meets.
 */
export function gapAtoms(model: SystemModel, points: readonly WeightedPoint[]): Atoms {
  const seconds: number[] = [];
  const weights: number[] = [];
  const { times, traffic, replicas, sharing } = model;
  const prompts = traffic.prompts.weights;
  for (const { point, share } of points) {
    const rate = point.ratePerSecond / replicas;
    for (const { sequences, weight } of typicalBatches(point)) {
      const batch = Math.max(1, sequences / sharing);
      const beside = times.promptsBeside(batch);
      const prefill = prefillAt(beside, rate);
      const decodes = Math.max(0, 1 - prefill.busy) / beside.decodeSeconds;
      const steps = decodes + prefill.stepsPerSecond;
      const part = share * weight;
      push(beside.decodeSeconds, (part * decodes) / steps);
      const shift = prefill.stepSeconds - beside.stepSeconds;
      const mixed = (part * prefill.stepsPerSecond) / steps / beside.promptSteps;
      for (let i = 0; i < prompts.length; i++) {
        const own = times.promptFigures(batch, i);
        push(own.lastSeconds + shift, mixed * prompts[i]!);
        if (own.steps > 1)
          push((own.seconds - own.lastSeconds) / (own.steps - 1), mixed * prompts[i]! * (own.steps - 1));
      }
    }
  }
  return { seconds, weights };

  function push(gap: number, weight: number): void {
    if (weight <= 0) return;
    seconds.push(gap);
    weights.push(weight);
  }
}

/** Values with weights that add up to 1. */
export interface Atoms {
  readonly seconds: readonly number[];
  readonly weights: readonly number[];
}

export function survivalOf({ seconds, weights }: Atoms): Survival {
  return (limit) => {
    let above = 0;
    for (let i = 0; i < seconds.length; i++) if (seconds[i]! > limit) above += weights[i]!;
    return above;
  };
}

/** A few batch sizes with the shares of the tokens that are decoded at them, slices of all that occur. */
function typicalBatches({ decode }: OperatingPoint): { sequences: number; weight: number }[] {
  const { sequences, shares } = decode;
  let total = 0;
  for (let i = 0; i < shares.length; i++) total += shares[i]! * sequences[i]!;
  if (total === 0) return [{ sequences: 1, weight: 1 }];
  const slices: { sequences: number; weight: number }[] = [];
  let sum = 0;
  let weight = 0;
  let passed = 0;
  for (let i = 0; i < shares.length; i++) {
    const tokens = (shares[i]! * sequences[i]!) / total;
    sum += tokens * sequences[i]!;
    weight += tokens;
    passed += tokens;
    if (passed >= (slices.length + 1) / BATCHES - 1e-9 && weight > 0) {
      slices.push({ sequences: sum / weight, weight });
      sum = 0;
      weight = 0;
    }
  }
  if (weight > 0) slices.push({ sequences: sum / weight, weight });
  return slices;
}

const HALVINGS = 18;

/** The mean as told, and the percentiles that a survival function has. */
export function latencyOf(mean: number, survival: Survival): LatencyEstimate {
  const p999 = quantile(survival, 0.001, 0, upperEnd(survival, mean));
  const p99 = quantile(survival, 0.01, 0, p999);
  const p95 = quantile(survival, 0.05, 0, p99);
  const p90 = quantile(survival, 0.1, 0, p95);
  return { mean, p50: quantile(survival, 0.5, 0, p90), p90, p95, p99, p999 };
}

function upperEnd(survival: Survival, mean: number): number {
  let end = Math.max(mean, 1e-6);
  for (let i = 0; i < 40 && survival(end) > 0.001; i++) end *= 2;
  return end;
}

/** The smallest time that a share of at most `tail` exceeds. */
function quantile(survival: Survival, tail: number, low: number, high: number): number {
  if (!Number.isFinite(high)) return Infinity;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (survival(middle) > tail) low = middle;
    else high = middle;
  }
  return high;
}
