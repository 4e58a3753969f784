import { ENERGY_CHARGE } from "../../perf/step-cost.ts";
import type { Cluster } from "../cluster.ts";
import type { SimulationConfig } from "../config.ts";
import { STATUS, type AuditCheck } from "../result.ts";
import { boundLaws } from "./laws/bounds.ts";
import { agree, check, TOLERANCE } from "./laws/check.ts";
import { flowBalance } from "./laws/flow-balance.ts";
import { stationLaws } from "./laws/stations.ts";
import { utilizationLaw } from "./laws/utilization-law.ts";
import type { Tally } from "./tally.ts";

/**
 * Holds a finished run against the laws that no serving system can break. A failed check means that the simulator is
 * wrong, never that the modelled system is slow. Runs that were interrupted skip the laws that need the end.
 * @param charges what each replica has used, as of `StepCost.charges`
 */
export function audit(
  cluster: Cluster,
  config: SimulationConfig,
  tally: Tally,
  charges: readonly Float64Array[],
): AuditCheck[] {
  const always = [
    everyRequestOnce(cluster, tally),
    causality(tally),
    noStepBelowItsRoofline(cluster),
    utilizationAtMostOne(cluster, charges),
  ];
  if (cluster.interrupted) return always;
  return [
    ...always,
    tokensConserved(cluster, tally),
    computedTokensConserved(cluster, tally),
    kvBlocksFreed(cluster),
    ...(cluster.replicas.some(({ cache }) => cache !== undefined) ? [cachedBlocksConserved(cluster)] : []),
    littlesLaw(cluster, tally),
    ...stationLaws(cluster, tally),
    ...flowBalance(cluster),
    utilizationLaw(cluster),
    ...boundLaws(cluster, config),
  ];
}

/** Every request has ended exactly once: completed with all its times, rejected with a reason, or cut off. */
function everyRequestOnce({ log, interrupted }: Cluster, tally: Tally): AuditCheck {
  const open = tally.byStatus[interrupted ? STATUS.unfinished : STATUS.interrupted]!;
  const lost = tally.inconsistent + open + (interrupted ? 0 : tally.byStatus[STATUS.unfinished]!);
  return check(
    "every request is accounted for once",
    lost === 0,
    `${lost} of ${log.length} requests are not`,
  );
}

/** arrival ≤ first scheduled < first token ≤ finish, and the gaps are long enough to fill the span. */
function causality({ outOfOrder }: Tally): AuditCheck {
  return check("causes precede effects", outOfOrder === 0, `${outOfOrder} completed requests out of order`);
}

/**
 * Output tokens asked for by the completed requests = tokens generated for them and not for attempts that were given
 * up, and every one but the first ends a gap.
 */
function tokensConserved({ gaps, replicas }: Cluster, { gapsDue, outputTokens }: Tally): AuditCheck {
  let generated = 0;
  let abandoned = 0;
  let abandonedGaps = 0;
  for (const { meter } of replicas) {
    generated += meter.generatedTokens;
    abandoned += meter.abandonedTokens;
    abandonedGaps += meter.abandonedGaps;
  }
  return check(
    "tokens in = tokens out",
    outputTokens + abandoned === generated && gapsDue + abandonedGaps === gaps.count,
    `${outputTokens} output tokens due, ${abandoned} given up, ${generated} generated; ` +
      `${gapsDue} gaps due, ${abandonedGaps} given up, ${gaps.count} seen`,
  );
}

/**
 * Tokens computed or found in a cache = tokens stored by the completed requests + tokens that preemptions and lost
 * patience threw away.
 */
function computedTokensConserved({ replicas }: Cluster, { storedTokens }: Tally): AuditCheck {
  let computed = 0;
  let discarded = 0;
  let reused = 0;
  for (const { meter, cache } of replicas) {
    reused += cache?.reusedTokens ?? 0;
    computed += meter.prefillTokens + meter.decodeTokens;
    discarded += meter.discardedTokens;
  }
  return check(
    "computed tokens are stored or recomputed",
    computed + reused === storedTokens + discarded,
    `${computed} computed, ${reused} found, ${storedTokens} stored, ${discarded} discarded`,
  );
}

function kvBlocksFreed({ replicas }: Cluster): AuditCheck {
  const used = replicas.reduce((sum, { pool }) => sum + pool.usedBlocks, 0);
  return check("all KV blocks are freed", used === 0, `${used} blocks still in use`);
}

/** Blocks used + cached and free + empty = capacity, and nobody holds a block any more. */
function cachedBlocksConserved({ replicas }: Cluster): AuditCheck {
  let wrong = 0;
  for (const { pool, cache } of replicas) {
    if (cache === undefined) continue;
    const { held, references } = cache.store.cachedBlocks;
    if (cache.store.countFree() + pool.usedBlocks !== pool.capacityBlocks || held + references > 0) wrong++;
  }
  return check("cached blocks are conserved", wrong === 0, `${wrong} of ${replicas.length} replicas are off`);
}

/** ∫ N dt = Σ time in system, each counted in its own way. */
function littlesLaw({ requestSeconds }: Cluster, { sojournSeconds }: Tally): AuditCheck {
  return check(
    "Little's law",
    agree(sojournSeconds, requestSeconds),
    `${requestSeconds} request-seconds counted over time, ${sojournSeconds} over requests`,
  );
}

function noStepBelowItsRoofline({ replicas }: Cluster): AuditCheck {
  const below = replicas.reduce((sum, { meter }) => sum + meter.stepsBelowFloor, 0);
  return check(
    "no step beats its roofline",
    below === 0,
    `${below} steps faster than peak compute and bandwidth`,
  );
}

function utilizationAtMostOne(
  { nowSeconds, firstArrivalSeconds, replicas }: Cluster,
  charges: readonly Float64Array[],
): AuditCheck {
  const limit = (nowSeconds - firstArrivalSeconds) * (1 + TOLERANCE);
  const over = charges.filter((of, i) =>
    of.subarray(0, ENERGY_CHARGE).some((seconds) => seconds > limit + replicas[i]!.meter.lostSeconds),
  ).length;
  return check("no resource is busy for longer than the run", over === 0, `${over} replicas over`);
}
