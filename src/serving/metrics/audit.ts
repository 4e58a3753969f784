import type { Cluster } from "../cluster.ts";
import { STATUS, type AuditCheck } from "../result.ts";

/** Rounding that sums over a whole run may show, as a fraction. */
const TOLERANCE = 1e-6;

/**
 * Holds a finished run against the laws that no serving system can break. A failed check means that the simulator is
 * wrong, never that the modelled system is slow. Runs that were interrupted skip the laws that need the end.
 */
export function audit(cluster: Cluster): AuditCheck[] {
  const complete = !cluster.interrupted;
  return [
    everyRequestOnce(cluster),
    causality(cluster),
    noStepBelowItsRoofline(cluster),
    utilizationAtMostOne(cluster),
    ...(complete ? [tokensConserved(cluster), computedTokensConserved(cluster), kvBlocksFreed(cluster), littlesLaw(cluster)] : []),
  ];
}

/** Every request has ended exactly once: completed with all its times, rejected with a reason, or left open. */
function everyRequestOnce({ log, interrupted }: Cluster): AuditCheck {
  let wrong = 0;
  for (let row = 0; row < log.length; row++) {
    const status = log.status[row]!;
    const finished = !Number.isNaN(log.finishSeconds[row]!);
    const sound =
      status === STATUS.completed
        ? finished && log.rejectReason[row] === 0
        : status === STATUS.rejected
          ? !finished && log.rejectReason[row]! > 0
          : interrupted && status === STATUS.interrupted && !finished;
    if (!sound) wrong++;
  }
  return check("every request is accounted for once", wrong === 0, `${wrong} of ${log.length} requests are not`);
}

/** arrival ≤ first scheduled < first token ≤ finish, and TPOT never above the largest gap. */
function causality({ log }: Cluster): AuditCheck {
  let wrong = 0;
  for (let row = 0; row < log.length; row++) {
    if (log.status[row] !== STATUS.completed) continue;
    const arrival = log.arrivalSeconds[row]!;
    const scheduled = log.firstScheduledSeconds[row]!;
    const first = log.firstTokenSeconds[row]!;
    const finish = log.finishSeconds[row]!;
    const tokens = log.outputTokens[row]!;
    const ordered = arrival <= scheduled && scheduled < first && first <= finish;
    const gapsFit = tokens === 1 || finish - first <= log.maxTbtSeconds[row]! * (tokens - 1) * (1 + TOLERANCE);
    if (!ordered || !gapsFit) wrong++;
  }
  return check("causes precede effects", wrong === 0, `${wrong} completed requests out of order`);
}

/** Output tokens of the completed requests = tokens that the gaps and first tokens account for. */
function tokensConserved({ log, gaps }: Cluster): AuditCheck {
  let expectedGaps = 0;
  for (let row = 0; row < log.length; row++) {
    if (log.status[row] === STATUS.completed && log.measured[row] === 1) expectedGaps += log.outputTokens[row]! - 1;
  }
  return check("tokens in = tokens out", expectedGaps === gaps.count, `${expectedGaps} gaps due, ${gaps.count} seen`);
}

/** Tokens computed = tokens stored by the completed requests + tokens that preemptions threw away. */
function computedTokensConserved({ log, replicas }: Cluster): AuditCheck {
  let stored = 0;
  for (let row = 0; row < log.length; row++) {
    if (log.status[row] === STATUS.completed) stored += log.inputTokens[row]! + log.outputTokens[row]! - 1;
  }
  let computed = 0;
  let discarded = 0;
  for (const { meter } of replicas) {
    computed += meter.prefillTokens + meter.decodeTokens;
    discarded += meter.discardedTokens;
  }
  return check(
    "computed tokens are stored or recomputed",
    computed === stored + discarded,
    `${computed} computed, ${stored} stored, ${discarded} discarded`,
  );
}

function kvBlocksFreed({ replicas }: Cluster): AuditCheck {
  const used = replicas.reduce((sum, { pool }) => sum + pool.usedBlocks, 0);
  return check("all KV blocks are freed", used === 0, `${used} blocks still in use`);
}

/** ∫ N dt = Σ time in system, each measured in its own way. */
function littlesLaw({ log, requestSeconds }: Cluster): AuditCheck {
  let sojourn = 0;
  for (let row = 0; row < log.length; row++) {
    if (log.status[row] === STATUS.completed) sojourn += log.finishSeconds[row]! - log.arrivalSeconds[row]!;
  }
  return check(
    "Little's law",
    Math.abs(sojourn - requestSeconds) <= TOLERANCE * Math.max(1, sojourn),
    `${requestSeconds} request-seconds counted over time, ${sojourn} over requests`,
  );
}

function noStepBelowItsRoofline({ replicas }: Cluster): AuditCheck {
  const below = replicas.reduce((sum, { meter }) => sum + meter.stepsBelowFloor, 0);
  return check("no step beats its roofline", below === 0, `${below} steps faster than peak compute and bandwidth`);
}

function utilizationAtMostOne({ replicas, nowSeconds, firstArrivalSeconds }: Cluster): AuditCheck {
  const limit = (nowSeconds - firstArrivalSeconds) * (1 + TOLERANCE);
  const over = replicas.filter(({ meter }) => meter.charges.slice(0, -1).some((busySeconds) => busySeconds > limit));
  return check("no resource is busy for longer than the run", over.length === 0, `${over.length} replicas over`);
}

function check(law: string, passed: boolean, detail: string): AuditCheck {
  return { law, passed, detail };
}
