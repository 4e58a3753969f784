import { InputError } from "../../core/errors.ts";
import type { StepCost } from "../../perf/step-cost.ts";
import type { EngineConfig, RouterName } from "../../serving/config.ts";
import type { SchedulerConfig } from "../../serving/scheduler-config.ts";
import { PhaseTimes } from "./phase-times.ts";
import { meanOf } from "./strata.ts";
import type { TrafficProfile } from "./traffic-profile.ts";

/** Equal replicas that serve whole requests. */
export interface EstimatedSystem {
  readonly cost: StepCost;
  readonly engine: EngineConfig;
  readonly scheduler: SchedulerConfig;
  readonly replicas: number;
  readonly router: RouterName;
}

/** A system under a kind of traffic, timed: from here on only rates vary. */
export interface SystemModel {
  readonly times: PhaseTimes;
  readonly traffic: TrafficProfile;
  readonly replicas: number;
  /** Replicas that share their sequences evenly; the others are spread by chance, each on its own. */
  readonly sharing: number;
  /** Sequences that the KV cache of one replica holds on average. */
  readonly kvSequences: number;
  /** Dispersion of the arrivals that chance alone leaves at one replica: less than 1 where they are dealt out evenly. */
  readonly evenDispersion: number;
  /** Tokens that a request decodes after its first one. */
  readonly decodeTokens: number;
}

/** Routers that spread requests by chance or by where they belong, not by load. */
const CHANCE_ROUTERS: ReadonlySet<RouterName> = new Set(["random", "session-sticky", "prefix-affinity"]);

/**
 * Times the phases of a system under given traffic.
 * @throws InputError when no request of the traffic fits in
 */
export function modelSystem(system: EstimatedSystem, traffic: TrafficProfile): SystemModel {
  const { cost, engine, replicas, router } = system;
  if (traffic.prompts.values.length === 0) {
    throw new InputError({
      key: "serving.max_model_len",
      message: "no request fits in: all are longer than",
      found: engine.maxModelLen,
      expected: "a max_model_len that some requests keep within",
    });
  }
  const kvSequences = kvConcurrency(engine, traffic);
  const maxBatch = Math.max(1, Math.min(engine.maxNumSeqs, Math.floor(kvSequences)));
  const byChance = CHANCE_ROUTERS.has(router);
  return {
    times: new PhaseTimes(cost, engine, stepBudget(system), maxBatch, traffic),
    traffic,
    replicas,
    sharing: byChance ? 1 : replicas,
    kvSequences,
    evenDispersion: byChance ? 1 : 1 / replicas,
    decodeTokens: traffic.meanOutputTokens - 1,
  };
}

/** Sequences that fill the KV pool, each with the blocks that it holds on average while it decodes. */
function kvConcurrency({ kvBlocks, blockSize }: EngineConfig, traffic: TrafficProfile): number {
  return (
    (kvBlocks * blockSize) /
    (meanOf(traffic.contexts.values.length > 0 ? traffic.contexts : traffic.prompts) + blockSize / 2)
  );
}

function stepBudget({ engine, scheduler }: EstimatedSystem): number {
  return scheduler.policy === "sarathi" ? scheduler.chunkTokens : engine.maxNumBatchedTokens;
}
