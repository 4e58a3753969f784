import { InputError } from "../../core/errors.ts";
import { deviceAreaMm2, type DeviceArea } from "../../hardware/area.ts";
import { deviceGroupsOf } from "../evaluation/device-results.ts";
import type { System } from "../../scenario/scenario.ts";
import { designId } from "../design-id.ts";
import { inlineEngine } from "../engine.ts";
import type { Evaluation, EvaluationJob, Evaluator, Fidelity } from "../evaluation/evaluator.ts";
import type { Results } from "../evaluation/results.ts";
import type { Findings, Headroom } from "../findings.ts";
import { unlimitedId } from "../unlimited.ts";
import type { Exploration } from "../load-exploration.ts";
import { evaluateAll, resultsOf } from "../search.ts";
import type { Store } from "../store.ts";
import { atSloOf, type AtSlo } from "./at-slo.ts";
import { differencesOf, type Difference } from "./differences.ts";
import { growthOf, type GrowthReport } from "./growth-worth.ts";
import { headroomsOf } from "./headroom.ts";
import type { NamedDesign } from "./named-design.ts";

/** All that can be said about why a design is as good as it is. */
export interface Why {
  readonly design: NamedDesign;
  /** Full replay, or why it is none. */
  readonly evaluation: Evaluation;
  /** Undefined for settings that make no system. */
  readonly found: WhyFound | undefined;
  /** Undefined where the design is the recommended one. */
  readonly against: AgainstRecommended | undefined;
}

/** What the die of one pool's devices is made of. */
export interface Die {
  /** Undefined in a system without pools. */
  readonly pool: string | undefined;
  readonly area: DeviceArea;
}

/** The recommended design of the search, by full replay. */
export interface AgainstRecommended {
  readonly id: string;
  readonly results: Results;
  /** Settings of the design and of the recommended one; none for settings that make no system. */
  readonly differences: readonly Difference[];
}

export interface WhyFound {
  /** Of the dies of each pool; of one where there are no pools. */
  readonly dies: readonly Die[];
  /** Of every limit, the tightest first; negative beyond it. */
  readonly headroom: readonly Headroom[];
  /** Undefined for a design that was refused. */
  readonly atSlo: AtSlo | undefined;
  /** Undefined for GPUs. */
  readonly growth: GrowthReport | undefined;
}

/**
 * Explains one design of a search, evaluating what the store does not know.
 * @throws InputError for a model that cannot be cut as the design says
 */
export async function whyOf(
  design: NamedDesign,
  { exploration, outcome }: Findings,
  evaluator: Evaluator,
  store: Store,
): Promise<Why> {
  const evaluation = await closestLook(design, exploration.fidelities, evaluator, store);
  const system = systemOf(design, evaluator);
  const { id, settings, evaluations } = outcome.recommended;
  return {
    ...{ design, evaluation },
    found: system === undefined ? undefined : foundOf(design, system, evaluation, exploration, evaluator),
    against:
      id === design.name
        ? undefined
        : {
            ...{ id, results: resultsOf(evaluations.full)! },
            differences:
              system === undefined
                ? []
                : differencesOf(system, evaluator.systemOf(settings), exploration.space),
          },
  };
}

/** By full replay, unless the cheapest look is refused already. */
async function closestLook(
  design: NamedDesign,
  [cheapest]: Exploration["fidelities"],
  evaluator: Evaluator,
  store: Store,
): Promise<Evaluation> {
  const look = async (fidelity: Fidelity, guess: number): Promise<Evaluation> => {
    const [found] = await evaluateAll([jobOf(design, fidelity, guess)], inlineEngine(evaluator), store);
    return found!;
  };
  const first = await look(cheapest, 0);
  if (first.kind === "refused") return first;
  return look("full", first.results.goodput_at_slo_rps ?? 0);
}

/** The same job as in the search, so that the store knows it. */
function jobOf({ settings, point }: NamedDesign, fidelity: Fidelity, guessPerSecond: number): EvaluationJob {
  const unlimited = point === undefined;
  const id = designId(settings);
  return {
    ...{ settings, fidelity, unlimited, guessPerSecond },
    design: unlimited ? unlimitedId(id) : id,
  };
}

function systemOf({ settings }: NamedDesign, evaluator: Evaluator): System | undefined {
  try {
    return evaluator.systemOf(settings);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function foundOf(
  design: NamedDesign,
  system: System,
  evaluation: Evaluation,
  exploration: Exploration,
  evaluator: Evaluator,
): WhyFound {
  const results = resultsOf(evaluation);
  const goodput = results?.goodput_at_slo_rps ?? 0;
  const groups = deviceGroupsOf(system);
  const isDesigned = groups.some(({ device }) => device.kind === "hda");
  return {
    dies: groups.map(({ pool, device }) => ({ pool, area: deviceAreaMm2(device) })),
    headroom: headroomsOf(system, exploration),
    atSlo: results === undefined ? undefined : atSloOf(system, goodput, evaluator),
    growth: isDesigned ? growthOf(design, system, exploration, evaluator, goodput) : undefined,
  };
}
