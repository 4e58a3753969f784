import { InputError } from "../core/errors.ts";
import type { Candidate } from "./candidate.ts";
import type { FeasibilityCheck } from "./constraints/feasibility-check.ts";
import type { Exploration } from "./load-exploration.ts";

import { SobolSequence } from "./strategies/sobol-sequence.ts";

const DRAWS = 20_000;

/** Nothing in the space can be built within the limits, or nothing that can be built serves the requests within the SLO. */
export class NoDesignError extends InputError {
  constructor(
    exploration: Exploration,
    demandPerSecond: number,
    feasibility: FeasibilityCheck | undefined,
    candidates: readonly Candidate[],
  ) {
    super(
      candidates.length === 0 && feasibility !== undefined
        ? { key: "explore.constraints", ...nearestMiss(exploration, feasibility) }
        : {
            key: "slo",
            message: `none of ${candidates.length} designs serves ${Number(demandPerSecond.toPrecision(3))} requests/s within the service level; the best reaches ${Number(bestOf(candidates).toPrecision(3))}${refusalsOf(candidates)}`,
            expected: "looser targets, fewer requests, more replicas, a wider space or looser constraints",
          },
    );
    this.name = "NoDesignError";
  }
}

/** The design that breaks its limits by the least, and which limits these are. */
function nearestMiss({ space, scenario }: Exploration, feasibility: FeasibilityCheck) {
  const sequence = new SobolSequence(space.dimensions, scenario.seed, "nearest miss");
  let nearest = space.at(sequence.next());
  for (let i = 1; i < DRAWS; i++) {
    const point = space.at(sequence.next());
    if (feasibility.violation(point) < feasibility.violation(nearest)) nearest = point;
  }
  const excesses = [...feasibility.excesses(nearest)];
  const broken = feasibility.names.flatMap((name, i) =>
    excesses[i]! > 0 ? [`${name} by ${Number((100 * excesses[i]!).toPrecision(3))} %`] : [],
  );
  const settings = space
    .settingsOf(nearest)
    .map(([path, value]) => `${path}=${value}`)
    .join(", ");
  return {
    message: `no design of the space can be built; the nearest is beyond ${broken.join(" and ")}`,
    expected: `limits looser by as much, which admit ${settings}`,
  };
}

function bestOf(candidates: readonly Candidate[]): number {
  return candidates.reduce((best, { evaluations }) => {
    const closest = evaluations.full ?? evaluations.slice ?? evaluations.estimate;
    return Math.max(best, closest?.kind === "done" ? (closest.results.goodput_at_slo_rps ?? 0) : 0);
  }, 0);
}

function refusalsOf(candidates: readonly Candidate[]): string {
  const refused = candidates.flatMap(({ evaluations }) =>
    evaluations.estimate?.kind === "refused" ? [evaluations.estimate] : [],
  );
  const first = refused[0];
  return first === undefined
    ? ""
    : `; ${refused.length} of them are no system (${first.constraint}: ${first.problem})`;
}
