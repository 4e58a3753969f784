import type { RequestTargets } from "../config.ts";
import type { RequestLog } from "../request-log.ts";
import { STATUS, type RunMetrics } from "../result.ts";
import { tpotSeconds } from "./tpot.ts";

type Judgement = Omit<RunMetrics["slo"], "runTargets">;

/**
 * Marks in the log which requests met every per-request target, and counts them. A measured request that did not
 * complete (rejected, interrupted) met none. Without targets every completed request counts towards goodput.
 */
export function judgeRequests(
  log: RequestLog,
  targets: RequestTargets,
  perSecond: (amount: number) => number,
): Judgement {
  const hasTargets = Object.values(targets).some((target) => target !== undefined);
  const judged = new Int32Array(log.classes.length);
  const good = new Int32Array(log.classes.length);
  for (let row = 0; row < log.length; row++) {
    const met = log.status[row] === STATUS.completed && meetsTargets(log, row, targets);
    log.sloMet[row] = met ? 1 : 0;
    if (log.measured[row] === 0) continue;
    judged[log.classIndex[row]!]!++;
    if (met) good[log.classIndex[row]!]!++;
  }
  const judge = (requests: number, met: number) => ({
    attainment: hasTargets && requests > 0 ? met / requests : null,
    goodputPerSecond: perSecond(met),
  });
  const sum = (counts: Int32Array) => counts.reduce((total, count) => total + count, 0);
  return {
    ...judge(sum(judged), sum(good)),
    byClass: Object.fromEntries(
      log.classes.map((name, i) => [name, { requests: judged[i]!, ...judge(judged[i]!, good[i]!) }]),
    ),
  };
}

function meetsTargets(log: RequestLog, row: number, targets: RequestTargets): boolean {
  const arrival = log.arrivalSeconds[row]!;
  if (exceeds(log.firstTokenSeconds[row]! - arrival, targets.ttftSeconds)) return false;
  if (exceeds(log.finishSeconds[row]! - arrival, targets.e2eSeconds)) return false;
  if (log.outputTokens[row]! === 1) return true;
  return (
    !exceeds(tpotSeconds(log, row), targets.tpotSeconds) &&
    !exceeds(log.maxTbtSeconds[row]!, targets.maxTbtSeconds)
  );
}

function exceeds(seconds: number, target: number | undefined): boolean {
  return target !== undefined && seconds > target;
}
