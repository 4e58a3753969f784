import type { Cluster } from "../../cluster.ts";
import { STATUS, type AuditCheck, type Timeline } from "../../result.ts";
import type { Tally } from "../tally.ts";
import { agree, check, TOLERANCE } from "./check.ts";

/**
 * Little's law at each station of a request's way, every time between two counts made apart: what the engine counted as
 * time passed, and what the records of requests add up to.
 */
export function stationLaws(cluster: Cluster, tally: Tally): AuditCheck[] {
  const { timeline } = cluster;
  if (!isStraight(cluster, tally)) return [decode(cluster, tally)];
  const sampled = timeline !== undefined && timeline.seconds.length > 0;
  return [
    ...(sampled ? [population(timeline, cluster)] : []),
    ...(tally.byStatus[STATUS.completed] === tally.measured ? [prefill(cluster, tally)] : []),
    decode(cluster, tally),
  ];
}

/** Every request passed every station of one replica once, but for preemptions, or was refused at the door. */
function isStraight({ log, kvTransfer, availability }: Cluster, { byStatus }: Tally): boolean {
  if (kvTransfer !== undefined || availability !== undefined) return false;
  if (byStatus[STATUS.completed]! + byStatus[STATUS.rejected]! < log.length) return false;
  for (let row = 0; row < log.length; row++) if (log.attempts[row]! > 1) return false;
  return true;
}

/**
 * At every sample the engine's queues hold as many requests as the records have between arrival and first step, and its
 * batches as many as between first step and end. A preempted request waits again, so that only the sum is certain.
 */
function population(timeline: Timeline, { log, replicas }: Cluster): AuditCheck {
  const preempted = replicas.some(({ meter }) => meter.preemptions > 0);
  const samples = timeline.seconds.length;
  const waiting = new Int32Array(samples + 1);
  const running = new Int32Array(samples + 1);
  const start = timeline.seconds[0]!;
  const perSecond = samples > 1 ? 1 / (timeline.seconds[1]! - start) : 0;
  /** The first sample at or after `seconds`. */
  const sampleAt = (seconds: number): number => {
    let at = Math.min(samples, Math.max(0, Math.ceil((seconds - start) * perSecond)));
    while (at > 0 && timeline.seconds[at - 1]! >= seconds) at--;
    while (at < samples && timeline.seconds[at]! < seconds) at++;
    return at;
  };
  for (let row = 0; row < log.length; row++) {
    const scheduled = log.firstScheduledSeconds[row]!;
    const left = sampleAt(log.endSeconds[row]!);
    const begun = Number.isNaN(scheduled) ? left : sampleAt(scheduled);
    waiting[sampleAt(log.arrivalSeconds[row]!)]!++;
    waiting[begun]!--;
    running[begun]!++;
    running[left]!--;
  }
  let off = 0;
  let nowWaiting = 0;
  let nowRunning = 0;
  for (let at = 0; at < samples; at++) {
    nowWaiting += waiting[at]!;
    nowRunning += running[at]!;
    const [queued, served] = [timeline.waiting[at]!, timeline.running[at]!];
    const right = preempted
      ? queued + served === nowWaiting + nowRunning
      : queued === nowWaiting && served === nowRunning;
    if (!right) off++;
  }
  return check(
    "Little's law in queue and batch",
    off === 0,
    `${off} of ${samples} samples of waiting and running requests differ from what the records say`,
  );
}

/** Time in the system, by the clock, less queueing and gaps between tokens is time from first step to first token. */
function prefill({ requestSeconds, gaps }: Cluster, tally: Tally): AuditCheck {
  const byClock = requestSeconds - tally.queueSeconds - gaps.sum;
  return check(
    "Little's law in prefill",
    Math.abs(byClock - tally.prefillSeconds) <= TOLERANCE * Math.max(1, requestSeconds),
    `${byClock} request-seconds by the clock, ${tally.prefillSeconds} by the requests`,
  );
}

/** The gaps that steps left between tokens fill the time from first to last token. */
function decode({ gaps, replicas }: Cluster, { decodeSeconds }: Tally): AuditCheck {
  const givenUp = replicas.some(({ meter }) => meter.abandonedGaps > 0);
  return check(
    "Little's law in decode",
    agree(gaps.sum, decodeSeconds) || (givenUp && gaps.sum > decodeSeconds),
    `${gaps.sum} request-seconds in gaps between tokens, ${decodeSeconds} by the requests`,
  );
}
