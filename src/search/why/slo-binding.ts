import { causesAboveSlo, type CauseMeans } from "../../analysis/attribution/by-cause.ts";
import type { LoadLimit } from "../../analysis/estimate/saturation.ts";
import { REQUEST_SHARE } from "../../analysis/estimate/slo-judgement.ts";
import type { ReplayOutcome } from "../../scenario/replay.ts";
import type { Cause } from "../../serving/attribution/causes.ts";
import type { RequestTargets, SloConfig } from "../../serving/config.ts";
import { targetsOf } from "../../serving/metrics/slo.ts";
import { STATUS, type RequestRecords } from "../../serving/result.ts";

/** One target of the service level under a load. */
export interface TargetUnderLoad {
  /** `ttft`, `max_tbt`, or of the run as a whole `tbt_p99`. */
  readonly target: string;
  /** Share (0..1) of the requests that miss it; null for a target of the run. */
  readonly missShare: number | null;
  /** What is measured over what is allowed: above 1 the target is missed. */
  readonly strain: number;
}

/** What serves the part of a request that the service level breaks at. */
export type BindingPhase = "prefill" | "decode" | "KV cache" | "KV transfer";

/** Where the service level breaks when the load grows. */
export interface SloBinding {
  /** The most strained first. */
  readonly targets: readonly TargetUnderLoad[];
  /** What first tokens, or gaps, beyond their target waited for on average; null where none was. */
  readonly causes: CauseMeans | null;
  /** Undefined where no cause is known. */
  readonly phase: BindingPhase | undefined;
  /** What a growing load fills first; undefined where no formula tells. */
  readonly limit: LoadLimit | undefined;
}

/**
 * @param outcome of a replay with attribution, at a load a little beyond the goodput
 * @param limit what ends the growth of the load: by it those who wait in the queue wait for prompts, seats or memory; where
 * nothing tells, for that which serves the part of a request that the target is on
 */
export function sloBindingOf(
  outcome: ReplayOutcome,
  slo: SloConfig,
  limit: LoadLimit | undefined,
): SloBinding {
  const { metrics, records, attribution } = outcome;
  const targets: TargetUnderLoad[] = [
    ...requestTargets(records, slo),
    ...metrics.slo.runTargets.map(({ metric, statistic, seconds, actualSeconds }) => ({
      ...{ target: `${metric}_${statistic}`, missShare: null },
      strain: (actualSeconds ?? Infinity) / seconds,
    })),
  ].sort((a, b) => b.strain - a.strain);
  const first = targets[0];
  if (attribution === undefined || first === undefined)
    return { targets, causes: null, phase: undefined, limit };
  const above = causesAboveSlo(attribution, records, slo);
  const ofFirstTokens = /^(ttft|queue)/.test(first.target);
  const causes = ofFirstTokens ? above.ttft.means : above.gap.means;
  const awaited = limit === undefined ? (ofFirstTokens ? "prefill" : "decode") : WAITED_FOR[limit];
  return { targets, causes, phase: causes === null ? undefined : phaseOf(causes, awaited), limit };
}

type Measure = (records: RequestRecords, row: number) => number;

/** How the seconds of a request are read that each target is on; none for a request without gaps. */
const MEASURES: Readonly<Record<keyof RequestTargets, readonly [target: string, measure: Measure]>> = {
  ttftSeconds: ["ttft", (of, row) => of.firstTokenSeconds[row]! - of.arrivalSeconds[row]!],
  tpotSeconds: [
    "tpot",
    (of, row) => (of.finishSeconds[row]! - of.firstTokenSeconds[row]!) / (of.outputTokens[row]! - 1),
  ],
  maxTbtSeconds: ["max_tbt", (of, row) => of.maxTbtSeconds[row]!],
  e2eSeconds: ["e2e", (of, row) => of.finishSeconds[row]! - of.arrivalSeconds[row]!],
};

/** The targets of single requests; one that did not complete misses all. */
function requestTargets(records: RequestRecords, slo: SloConfig): TargetUnderLoad[] {
  const byClass = records.classes.map((name) => targetsOf(slo, name));
  return (Object.keys(MEASURES) as (keyof RequestTargets)[]).flatMap((key): TargetUnderLoad[] => {
    if (byClass.every((targets) => targets[key] === undefined)) return [];
    const [target, measure] = MEASURES[key];
    let missed = 0;
    for (let row = 0; row < records.length; row++) {
      const most = byClass[records.classIndex[row]!]![key];
      if (most === undefined) continue;
      if (records.status[row] !== STATUS.completed || measure(records, row) > most) missed++;
    }
    const missShare = missed / records.length;
    return [{ target, missShare, strain: missShare / (1 - REQUEST_SHARE) }];
  });
}

const PHASE_CAUSES: Readonly<Record<BindingPhase, readonly Cause[]>> = {
  prefill: ["own_prefill", "other_prefill"],
  decode: ["own_decode", "batch_growth", "context_growth"],
  "KV cache": ["kv_wait", "preemption"],
  "KV transfer": ["transfer"],
};

/** What a seat in the batch is waited for: room for prompts, seats that decodes hold, memory. */
const WAITED_FOR: Readonly<Record<LoadLimit, BindingPhase>> = {
  "token budget": "prefill",
  max_num_seqs: "decode",
  "KV cache": "KV cache",
};

/** @param awaited what a place in a batch was waited for */
function phaseOf(causes: CauseMeans, awaited: BindingPhase): BindingPhase {
  const phases = Object.keys(PHASE_CAUSES) as BindingPhase[];
  const seconds = (phase: BindingPhase) =>
    PHASE_CAUSES[phase].reduce((sum, cause) => sum + causes[cause], 0) +
    (awaited === phase ? causes.slot_wait : 0);
  return phases.reduce((most, phase) => (seconds(phase) > seconds(most) ? phase : most));
}
