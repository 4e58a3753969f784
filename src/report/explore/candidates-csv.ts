import { stringify } from "csv-stringify/browser/esm/sync";
import { FIDELITIES } from "../../search/evaluation/evaluator.ts";
import { RESULT_NAMES } from "../../search/evaluation/results.ts";
import type { Findings } from "../../search/findings.ts";
import { fleetOf } from "../../search/fleet.ts";
import { resultsOf } from "../../search/search.ts";
import { axisValue } from "./design-text.ts";

/**
 * `candidates.csv`: a row per design that was evaluated, in the order in which the search asked for them. Results are those of
 * the highest fidelity that the design reached; SI base units, empty where unknown.
 */
export function candidatesCsv({ exploration, outcome }: Findings): string {
  const { space, constraints } = exploration;
  const check = fleetOf(exploration)?.feasibility;
  const limits = check?.limits ?? constraints.map((constraint) => ({ constraint, pool: undefined }));
  const front = new Set(outcome.front.map(({ id }) => id));
  const head = [
    "candidate_id",
    ...space.axes.map(({ path }) => path),
    ...limits.map(
      ({ constraint, pool }) => `limit.${pool === undefined ? "" : `${pool}.`}${constraint.name}`,
    ),
    ...RESULT_NAMES,
    "fidelity",
    "feasible",
    "binding_constraint",
    "on_front",
  ];
  const rows = outcome.candidates.map((candidate) => {
    const fidelity = FIDELITIES.findLast((name) => candidate.evaluations[name] !== undefined)!;
    const evaluation = candidate.evaluations[fidelity]!;
    const results = resultsOf(evaluation);
    return [
      candidate.id,
      ...space.axes.map((_, i) => cell(axisValue(space, candidate, i))),
      ...(check?.limitValues(candidate.point) ?? limits.map(() => "")),
      ...RESULT_NAMES.map((name) => cell(results?.[name])),
      fidelity,
      String(evaluation.kind === "done"),
      evaluation.kind === "refused" ? evaluation.constraint : (check?.binding(candidate.point) ?? ""),
      String(front.has(candidate.id)),
    ];
  });
  return stringify([head, ...rows]);
}

function cell(value: number | string | boolean | null | undefined): string | number {
  if (value === null || value === undefined) return "";
  return typeof value === "boolean" ? String(value) : value;
}
