import type { ReplayOutcome } from "../../scenario/replay.ts";
import type { RequestSupply } from "../../scenario/request-supply.ts";
import type { System, Traffic } from "../../scenario/scenario.ts";
import { replicationSeed } from "../replications/replication.ts";
import { meanInterval } from "../statistics/confidence-interval.ts";
import { isInterval } from "../statistics/output-series.ts";
import { runSeriesOf } from "../statistics/run-series.ts";
import { judgeSteadiness } from "../statistics/steadiness.ts";
import { figureOf, intervalWithin, type Figure } from "./figures.ts";
import { isDrawn, reseeded, sectionsOf } from "./supplies.ts";

/** One system under one load. */
export interface ReplayJob {
  readonly traffic: Traffic;
  readonly system: System;
  readonly supply: RequestSupply;
}

/** Replays jobs, several at a time where the platform can; answers in their order. */
export type ReplayJobs = (jobs: readonly ReplayJob[]) => Promise<readonly ReplayOutcome[]>;

/** A figure as simulated, and the interval around it; the ends are null where there is too little to tell. */
export interface MeasuredFigure {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Requests that an interval would take, where they are too few. */
  readonly needed?: number;
}

/** What a system does under one load, by simulation. */
export interface MeasuredPoint {
  /** Requests come no faster than they are served: the queue does not grow from the first to the last. */
  readonly keepsUp: boolean;
  /** One of the figures that were asked for. */
  figure(figure: Figure): MeasuredFigure;
}

export interface PointOptions {
  /** Runs with different seeds where requests are drawn; at least 1. */
  readonly replications: number;
  /** 0..1 */
  readonly confidence: number;
  /** Watts of all devices while they do nothing. */
  readonly idleWatts: number;
  /** What is wanted of the runs, which are not kept. */
  readonly figures: readonly Figure[];
}

/** Sections of a trace that stand for replications where the order of its requests does not tell. */
const SECTIONS = 5;

/** Jobs that measure one point: the same seeds for every load and system, so that they can be compared. */
export function jobsOfPoint(
  job: ReplayJob,
  { replications }: Pick<PointOptions, "replications">,
): ReplayJob[] {
  const { supply, traffic } = job;
  if (!isDrawn(supply)) {
    const whole = { traffic: { ...traffic, margins: NO_MARGINS }, system: job.system };
    return [job, ...sectionsOf(supply, SECTIONS).map((section) => ({ ...whole, supply: section }))];
  }
  return Array.from({ length: replications }, (_, index) => {
    const seed = replicationSeed(traffic.seed, index);
    return { ...job, traffic: { ...traffic, seed }, supply: index === 0 ? supply : reseeded(supply, seed) };
  });
}

const NO_MARGINS = { warmupSeconds: 0, drainSeconds: 0 };

/** What the answers to `jobsOfPoint` come to. */
function pointOf(
  { supply }: Pick<ReplayJob, "supply">,
  outcomes: readonly ReplayOutcome[],
  options: PointOptions,
): MeasuredPoint {
  const measure = isDrawn(supply)
    ? (figure: Figure) => ofReplications(outcomes, figure, options)
    : (figure: Figure) => ofTrace(outcomes[0]!, outcomes.slice(1), figure, options);
  const known = new Map(options.figures.map((figure) => [figure, withinReason(figure, measure(figure))]));
  const { records, window } = outcomes[0]!;
  return {
    keepsUp: judgeSteadiness(runSeriesOf(records, window)).verdict !== "unstable",
    figure: (figure) => known.get(figure) ?? UNKNOWN,
  };
}

/** Simulates and sums up one point. */
export async function measurePoint(
  job: ReplayJob,
  options: PointOptions,
  replay: ReplayJobs,
): Promise<MeasuredPoint> {
  return pointOf(job, await replay(jobsOfPoint(job, options)), options);
}

/** Intervals end where figures do: at nothing, and for a share at all. */
function withinReason(figure: Figure, measured: MeasuredFigure): MeasuredFigure {
  const { low, high } = measured;
  if (low === null || high === null) return measured;
  return { ...measured, low: Math.max(0, low), high: figure === "slo_attainment" ? Math.min(1, high) : high };
}

/** Independent runs: the mean of what each came to. */
function ofReplications(
  outcomes: readonly ReplayOutcome[],
  figure: Figure,
  { confidence, idleWatts }: PointOptions,
): MeasuredFigure {
  const values = figuresOf(outcomes, figure, idleWatts);
  if (values === undefined) return UNKNOWN;
  if (values.length === 1)
    return withinRun(outcomes[0]!, values[0]!, figure, confidence) ?? { ...UNKNOWN, value: values[0]! };
  const { estimate, low, high } = meanInterval(values, confidence);
  return { value: estimate, low, high };
}

/** One run of a trace: intervals from its requests; from sections of it where those depend on each other for too long. */
function ofTrace(
  whole: ReplayOutcome,
  sections: readonly ReplayOutcome[],
  figure: Figure,
  { confidence, idleWatts }: PointOptions,
): MeasuredFigure {
  const value = figureOf(whole, figure, idleWatts);
  if (value === null) return UNKNOWN;
  const within = withinRun(whole, value, figure, confidence);
  if (within !== undefined && within.high !== null) return within;
  const values = figuresOf(sections, figure, idleWatts);
  if (values === undefined || values.length < 2) return within ?? { ...UNKNOWN, value };
  const { estimate, low, high } = meanInterval(values, confidence);
  // Sections begin with empty queues and are shorter: their scatter counts, not their level.
  return { value, low: value - (estimate - low), high: value + (high - estimate) };
}

function withinRun(
  outcome: ReplayOutcome,
  value: number,
  figure: Figure,
  confidence: number,
): MeasuredFigure | undefined {
  const interval = intervalWithin(outcome, figure, confidence);
  if (interval === undefined) return undefined;
  if (!isInterval(interval)) return { ...UNKNOWN, value, needed: interval.needed };
  return { value, low: interval.low, high: interval.high };
}

function figuresOf(
  outcomes: readonly ReplayOutcome[],
  figure: Figure,
  idleWatts: number,
): Float64Array | undefined {
  const values = outcomes.map((outcome) => figureOf(outcome, figure, idleWatts));
  return values.some((value) => value === null) ? undefined : Float64Array.from(values as number[]);
}

const UNKNOWN: MeasuredFigure = { value: null, low: null, high: null };
