import { InputError, type InputProblem } from "../core/errors.ts";
import { randomStream } from "../core/random.ts";
import type { Candidate } from "./candidate.ts";
import type { Feasibility } from "./constraints/feasibility.ts";
import { writtenLimit } from "./constraints/written-limit.ts";
import { fleetOf } from "./fleet.ts";
import type { Exploration } from "./load-exploration.ts";
import type { Point } from "./space/space.ts";

const DRAWS = 20_000;

/** Nothing in the space can be built within the limits, or nothing that can be built serves the requests within the SLO. */
export class NoDesignError extends InputError {
  constructor(
    exploration: Exploration,
    demandPerSecond: number,
    feasibility: Feasibility | undefined,
    candidates: readonly Candidate[],
  ) {
    super(
      candidates.length === 0 && feasibility !== undefined
        ? {
            key: "explore.constraints",
            ...missOf(exploration, feasibility, nearest(exploration, feasibility)),
          }
        : {
            key: "slo",
            message: `none of ${candidates.length} designs serves ${Number(demandPerSecond.toPrecision(3))} requests/s within the service level; the best reaches ${Number(bestOf(candidates).toPrecision(3))}${refusalsOf(candidates)}`,
            expected: "looser targets, fewer requests, more replicas, a wider space or looser constraints",
          },
    );
    this.name = "NoDesignError";
  }
}

/**
 * Refuses a space without any design within the limits, before anything is worked out or written.
 * @throws InputError with the limits that are in the way and the smallest relaxation of them that was found
 */
export function refuseEmpty(exploration: Exploration): void {
  const feasibility = fleetOf(exploration)?.feasibility;
  if (feasibility === undefined) return;
  const point = nearest(exploration, feasibility);
  if (feasibility.violation(point) === 0) return;
  throw new InputError(missOf(exploration, feasibility, point));
}

/**
 * A design within the limits or, where none is found, the one that is beyond them by the least: among those that can be
 * made at all, if there are any, as no limit that is loosened admits another.
 */
function nearest({ space, scenario }: Exploration, feasibility: Feasibility): Point {
  const random = randomStream(scenario.seed, "nearest miss");
  const draw = () => space.at(space.freeAxes.map(() => random()));
  let best = draw();
  let miss = missing(feasibility, best);
  const consider = (point: Point) => {
    const own = missing(feasibility, point);
    if (own.unmakeable > miss.unmakeable) return false;
    if (own.unmakeable === miss.unmakeable && !(own.beyond < miss.beyond)) return false;
    [best, miss] = [point, own];
    return true;
  };
  for (let i = 1; i < DRAWS && miss.unmakeable + miss.beyond > 0; i++) consider(draw());
  for (let better = true; better;) better = space.neighboursOf(best).map(consider).includes(true);
  return best;
}

/** By how much a design cannot be made, and by how much it is beyond the limits of the search; sums of shares. */
function missing(feasibility: Feasibility, point: Point) {
  const excesses = feasibility.excesses(point);
  const rules = excesses.length - feasibility.limits.length;
  let [unmakeable, beyond] = [0, 0];
  for (let i = 0; i < excesses.length; i++) {
    const excess = Math.max(0, excesses[i]!);
    if (i < rules) unmakeable += excess;
    else beyond += excess;
  }
  return { unmakeable, beyond };
}

function missOf(
  { space, constraintsPlace }: Exploration,
  feasibility: Feasibility,
  point: Point,
): InputProblem {
  const excesses = [...feasibility.excesses(point)];
  const broken = feasibility.names
    .map((name, i) => ({ name, excess: excesses[i]! }))
    .filter(({ excess }) => excess > 0)
    .sort((a, b) => b.excess - a.excess)
    .map(({ name, excess }) => `${name} by ${Number((100 * excess).toPrecision(3))} %`);
  const settings = space
    .settingsOf(point)
    .map(([path, value]) => `${path}=${value}`)
    .join(", ");
  const key = "explore.constraints";
  const message = `no design of the space can be built; the nearest is beyond ${broken.join(" and ")}`;
  if (missing(feasibility, point).unmakeable > 0)
    return {
      ...constraintsPlace,
      key,
      message,
      expected: `a wider space: no limit, however loose, admits ${settings}`,
    };
  const values = feasibility.limitValues(point);
  const rules = excesses.length - feasibility.limits.length;
  const exceeded = feasibility.limits
    .map(({ constraint }, i) => ({ constraint, excess: excesses[rules + i]!, value: values[i]! }))
    .filter(({ excess }) => excess > 0);
  // Of devices that are beyond the same limit that which is furthest: a limit that admits it admits the others.
  const looser = exceeded
    .filter(({ constraint, excess }) =>
      exceeded.every((other) => other.constraint !== constraint || other.excess <= excess),
    )
    .map(({ constraint, value }) => writtenLimit(constraint, value));
  return {
    ...constraintsPlace,
    key,
    message,
    expected: `${[...new Set(looser)].join(" and ")}, which admits ${settings}`,
  };
}

function bestOf(candidates: readonly Candidate[]): number {
  return candidates.reduce((best, { evaluations }) => {
    const closest = evaluations.full ?? evaluations.slice ?? evaluations.estimate;
    return Math.max(best, closest?.kind === "done" ? (closest.results.goodput_at_slo_rps ?? 0) : 0);
  }, 0);
}

function refusalsOf(candidates: readonly Candidate[]): string {
  const refused = candidates.flatMap(({ evaluations }) => {
    const first = evaluations.estimate ?? evaluations.slice;
    return first?.kind === "refused" ? [first] : [];
  });
  const first = refused[0];
  return first === undefined
    ? ""
    : `; ${refused.length} of them are no system (${first.constraint}: ${first.problem})`;
}
