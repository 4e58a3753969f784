import { estimate, type Estimate, type EstimateRequest } from "../../analysis/estimate/estimate.ts";
import { coversSystem, estimateRequest, trafficOf } from "../../analysis/estimate/scenario-estimate.ts";
import { sectionsOf } from "../../analysis/experiment/supplies.ts";
import { meanInterval } from "../../analysis/statistics/confidence-interval.ts";
import { atRate, type TrafficProfile } from "../../analysis/estimate/traffic-profile.ts";
import { InputError } from "../../core/errors.ts";
import { compileStepCost } from "../../perf/compile.ts";
import type { StepCost } from "../../perf/step-cost.ts";
import type { ScenarioFiles } from "../../scenario/files.ts";
import type { LocatedMap } from "../../scenario/located.ts";
import { replay, type ReplayOutcome } from "../../scenario/replay.ts";
import type { System, Traffic } from "../../scenario/scenario.ts";
import { SystemVariants } from "../../scenario/system-variants.ts";
import type { SloConfig } from "../../serving/config.ts";
import type { RequestTable } from "../../workload/request.ts";
import { scaleRate } from "../../workload/transforms/rate-scale.ts";
import { selectFirst } from "../../workload/transforms/selection.ts";
import type { Constraint } from "../constraints/limits.ts";
import { limitExcesses } from "../constraints/limit-excesses.ts";
import type { WrittenSetting } from "../space/space.ts";
import { deviceResultsOf, withDeviceResults } from "./device-results.ts";
import { withoutIdleTransfer } from "./idle-transfer.ts";
import { estimatedService, SERVICE_METRICS } from "./estimated-service.ts";
import { rateOf, replayedService } from "./replayed-service.ts";
import { RESULT_NAMES, type Results } from "./results.ts";

/** How closely a design is looked at, cheapest first. */
export const FIDELITIES = ["estimate", "slice", "full"] as const;
export type Fidelity = (typeof FIDELITIES)[number];

/** All that a worker has to know: plain data. */
export interface Study {
  /** The scenario that designs change, without its section on the search. */
  readonly base: LocatedMap;
  readonly traffic: Traffic;
  readonly table: RequestTable;
  /** Requests of a slice. */
  readonly sliceRequests: number;
  readonly constraints: readonly Constraint[];
}

export interface EvaluationJob {
  /** Content hash of the settings. */
  readonly design: string;
  readonly settings: readonly WrittenSetting[];
  readonly fidelity: Fidelity;
  /** A design that is looked at for comparison, whatever the limits of the search. */
  readonly unlimited: boolean;
  /** Goodput at SLO as a cheaper look found it; a replay searches around it. */
  readonly guessPerSecond: number;
}

/** What was found out; plain data that is equal wherever and whenever it is worked out. */
export type Evaluation =
  | {
      readonly kind: "done";
      readonly results: Results;
      /** Half-widths of 95 % confidence intervals; of a full replay alone. */
      readonly halfWidths?: Partial<Record<string, number>>;
      /** Of each section of the requests, in order; of a full replay alone. */
      readonly sections?: readonly Results[];
      /** What saturates first, and the resource that is busiest there; of an estimate alone. */
      readonly bound?: { readonly limit: string; readonly resource: string };
    }
  | { readonly kind: "refused"; readonly constraint: string; readonly problem: string };

/** Mean output tokens of a request, and the busy share (0..1) of each resource, mean over the devices. */
interface Load {
  readonly tokensPerRequest: number;
  readonly utilization: Estimate["utilization"];
}

/** Sections of the requests that stand for repetitions: as many as have a thousand requests each, within bounds. */
const FEWEST_SECTIONS = 5;
const MOST_SECTIONS = 10;
const SECTION_REQUESTS = 1000;

/** Works out designs at any fidelity. */
export class Evaluator {
  readonly #study: Study;
  readonly #variants: SystemVariants;
  readonly #profiles = new Map<number, TrafficProfile>();
  readonly #slice: RequestTable;
  readonly #sections: readonly RequestTable[];

  constructor(study: Study, files: ScenarioFiles) {
    this.#study = study;
    const { base, traffic, table, sliceRequests } = study;
    this.#variants = new SystemVariants(base, traffic.slo, files, withoutIdleTransfer);
    this.#slice = selectFirst(table, sliceRequests);
    this.#sections = sectionsOf({ kind: "table", table }, sectionCount(table)).map((section) =>
      section.kind === "table" ? section.table : table,
    );
  }

  /** Never throws: that a design cannot be, or broke a law of the simulation, is an answer. */
  evaluate({ settings, fidelity, guessPerSecond, unlimited }: EvaluationJob): Evaluation {
    try {
      const system = this.systemOf(settings);
      const limits = unlimited ? [] : limitExcesses(system, this.#study.constraints);
      const beyond = limits.find(({ excess }) => excess > 0)?.name;
      if (beyond !== undefined) return { kind: "refused", constraint: beyond, problem: `beyond ${beyond}` };
      if (fidelity === "estimate") return this.#estimated(system);
      const known = deviceResultsOf(system);
      const served = (table: RequestTable) =>
        withDeviceResults(known, replayedService(this.#study.traffic, system, table, guessPerSecond));
      if (fidelity === "slice") return { kind: "done", results: served(this.#slice) };
      const sections = this.#sections.map(served);
      return {
        kind: "done",
        results: served(this.#study.table),
        halfWidths: halfWidthsOf(sections),
        sections,
      };
    } catch (error) {
      if (!(error instanceof InputError))
        return { kind: "refused", constraint: "error", problem: String(error) };
      const { key = "design", message } = error.problems[0]!;
      return { kind: "refused", constraint: key, problem: message };
    }
  }

  /** @throws InputError for settings that make no system */
  systemOf(settings: readonly WrittenSetting[]): System {
    return this.#variants.with(settings, "explore.space");
  }

  #estimated(system: System): Evaluation {
    // Asked once and dropped: what the cost is remembered by would outlive young garbage and be copied with it.
    const cost = compileStepCost(system);
    const request = this.#request(system, this.#study.traffic.slo, this.profileOf(system), cost);
    const found = estimate({ ...request, metrics: SERVICE_METRICS });
    const { limit, resource } = found.saturation;
    return {
      kind: "done",
      results: withDeviceResults(deviceResultsOf(system), estimatedService(found)),
      bound: { limit, resource },
    };
  }

  /** @param asked another service level than that of the study, or its requests at another rate */
  estimateOf(
    system: System,
    asked: { readonly slo?: SloConfig; readonly ratePerSecond?: number } = {},
  ): Estimate {
    const own = this.profileOf(system);
    const profile = asked.ratePerSecond === undefined ? own : atRate(own, asked.ratePerSecond);
    return estimate(this.#request(system, asked.slo ?? this.#study.traffic.slo, profile));
  }

  #request(system: System, slo: SloConfig, profile: TrafficProfile, cost?: StepCost): EstimateRequest {
    const { table, traffic } = this.#study;
    return estimateRequest(
      { slo, clients: traffic.clients },
      system,
      { kind: "table", table },
      profile,
      cost,
    );
  }

  get slo(): SloConfig {
    return this.#study.traffic.slo;
  }

  /** The requests of the study that a system serves, summed up. */
  profileOf(system: System): TrafficProfile {
    const { maxModelLen } = system.engine;
    const known =
      this.#profiles.get(maxModelLen) ?? trafficOf({ kind: "table", table: this.#study.table }, system);
    this.#profiles.set(maxModelLen, known);
    return known;
  }

  /** What a system has to do under the requests of the study: by estimate, by a replay where no formula covers it. */
  loadOf(system: System): Load {
    if (coversSystem(system)) {
      const { saturation, utilization } = this.estimateOf(system);
      const tokensPerRequest = saturation.outputTokensPerSecond / saturation.requestsPerSecond;
      return { tokensPerRequest, utilization };
    }
    const { metrics } = this.replayAt(system, rateOf(this.#study.table));
    const { generatedTokens, counts, utilization } = metrics;
    return { tokensPerRequest: generatedTokens / Math.max(1, counts.completed), utilization };
  }

  /** Replays the requests of the study at another rate, and keeps what those waited for that missed their targets. */
  replayAt(system: System, ratePerSecond: number): ReplayOutcome {
    const { table, traffic } = this.#study;
    const requests = scaleRate(table, ratePerSecond / rateOf(table));
    return replay(
      traffic,
      system,
      { kind: "table", table: requests },
      { mode: "fast-forward", timelineSeconds: 0, attribution: true },
    );
  }
}

function sectionCount({ length }: RequestTable): number {
  return Math.min(MOST_SECTIONS, Math.max(FEWEST_SECTIONS, Math.floor(length / SECTION_REQUESTS)));
}

/** Half-widths of 95 % intervals on the mean of the sections; empty where the requests are too few to have any. */
function halfWidthsOf(sections: readonly Results[]): Record<string, number> {
  return Object.fromEntries(
    RESULT_NAMES.flatMap((name): [string, number][] => {
      const values = sections.flatMap((section) => section[name] ?? []);
      if (values.length < FEWEST_SECTIONS || values.length < sections.length) return [];
      const { low, high } = meanInterval(Float64Array.from(values));
      return [[name, (high - low) / 2]];
    }),
  );
}
