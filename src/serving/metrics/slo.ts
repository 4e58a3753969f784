import type { RequestTargets, SloConfig } from "../config.ts";
import type { RequestLog } from "../request-log.ts";
import { STATUS, type RunMetrics } from "../result.ts";
import { tpotSeconds } from "./tpot.ts";

type Judgement = Omit<RunMetrics["slo"], "runTargets">;

/**
 * Marks in the log which requests met every target of their class, and counts them. A measured request that did not
 * complete (rejected, timed out, interrupted) met none; one that its client no longer wanted is not judged. Classes
 * without targets count towards goodput with what they complete, and not towards attainment.
 */
export function judgeRequests(
  log: RequestLog,
  slo: SloConfig,
  perSecond: (amount: number) => number,
): Judgement {
  const targets = log.classes.map((name) => targetsOf(slo, name));
  const judged = new Int32Array(log.classes.length);
  const good = new Int32Array(log.classes.length);
  for (let row = 0; row < log.length; row++) {
    const index = log.classIndex[row]!;
    const met = log.status[row] === STATUS.completed && meetsTargets(log, row, targets[index]!);
    log.sloMet[row] = met ? 1 : 0;
    if (log.measured[row] === 0 || log.status[row] === STATUS.cancelled) continue;
    judged[index]!++;
    if (met) good[index]!++;
  }
  const withTargets = targets.map((of) => Object.values(of).some((target) => target !== undefined));
  const sum = (counts: Int32Array, index?: readonly boolean[]) =>
    counts.reduce((total, count, i) => total + (index?.[i] === false ? 0 : count), 0);
  const attainment = (requests: number, met: number) => (requests > 0 ? met / requests : null);
  return {
    attainment: attainment(sum(judged, withTargets), sum(good, withTargets)),
    goodputPerSecond: perSecond(sum(good)),
    byClass: Object.fromEntries(
      log.classes.map((name, i) => [
        name,
        {
          requests: judged[i]!,
          attainment: withTargets[i] === true ? attainment(judged[i]!, good[i]!) : null,
          goodputPerSecond: perSecond(good[i]!),
        },
      ]),
    ),
  };
}

/** What a request of the class has to meet: its own targets, and those for all where it names none. */
export function targetsOf({ request, byClass }: SloConfig, className: string): RequestTargets {
  const own = byClass?.[className];
  return {
    ttftSeconds: own?.ttftSeconds ?? request.ttftSeconds,
    tpotSeconds: own?.tpotSeconds ?? request.tpotSeconds,
    maxTbtSeconds: own?.maxTbtSeconds ?? request.maxTbtSeconds,
    e2eSeconds: own?.e2eSeconds ?? request.e2eSeconds,
  };
}

/** Of a completed request. */
export function meetsTargets(log: RequestLog, row: number, targets: RequestTargets): boolean {
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
