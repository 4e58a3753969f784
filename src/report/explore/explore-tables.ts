import type { Learnt } from "../../search/earlier-study.ts";
import type { Evaluation } from "../../search/evaluation/evaluator.ts";
import { UNIFIED, type PoolDevices } from "../../search/comparisons.ts";
import type { ResultName } from "../../search/evaluation/results.ts";
import type { Findings } from "../../search/findings.ts";
import { objectiveLabel } from "../../search/objectives.ts";
import { resultsOf } from "../../search/search.ts";
import { formatCount, formatPlural, formatShare } from "../format.ts";
import type { TextTable } from "../plain-table.ts";
import { axisLabel, axisText, pointText } from "./design-text.ts";
import { resultLabel, resultText, resultWithin, signedPercent } from "./result-text.ts";
import { tradeSentence } from "./trade-sentence.ts";
import { worthRow } from "./worth-text.ts";

const COMPARED: readonly ResultName[] = [
  ...(["goodput_at_slo_rps", "ttft_p50_s", "ttft_p99_s", "tbt_p50_s", "tbt_p99_s"] as const),
  ...(["goodput_per_mm2", "goodput_per_w", "goodput_per_dollar", "energy_per_token_j"] as const),
  ...(["area_mm2", "peak_w", "die_dollars", "price_dollars"] as const),
];

/** The recommended design beside known devices, a row a result. */
export function comparisonTable({ outcome, comparisons, worth, pools }: Findings): TextTable {
  const columns: readonly (readonly [string, Evaluation])[] = [
    ["recommended", outcome.recommended.evaluations.full!],
    ...comparisons.map(({ name, evaluation }) => [name, evaluation] as const),
  ];
  return {
    head: ["", ...columns.map(([name]) => name)],
    rows: [
      ...(pools === undefined
        ? []
        : [["Devices", ...[pools, ...comparisons.map((one) => one.pools)].map(poolsText)]]),
      ...COMPARED.map((name) => [
        resultLabel(name),
        ...columns.map(([, evaluation], i) => {
          const results = resultsOf(evaluation);
          if (results === undefined) return "-";
          const halves = i === 0 && evaluation.kind === "done" ? evaluation.halfWidths : undefined;
          return name === "goodput_at_slo_rps"
            ? resultWithin(name, results, halves)
            : resultText(name, results[name]);
        }),
      ]),
      worthRow(
        worth,
        columns.map(([name]) => name),
      ),
    ],
  };
}

/** 3 prefill + 5 decode; 8 unified. */
function poolsText(pools: readonly PoolDevices[] | undefined): string {
  if (pools === undefined) return "-";
  const roles = [...new Set(pools.map(({ role }) => role))];
  return roles
    .map((role) => {
      const count = pools.reduce((sum, pool) => sum + (pool.role === role ? pool.devices : 0), 0);
      return `${formatCount(count)} ${role === "both" ? UNIFIED : role}`;
    })
    .join(" + ");
}

/** By how much the recommended design is ahead of each known device under the same requests, and how sure that is. */
export function confirmationTable({ comparisons, confirmations }: Findings): TextTable {
  const results = [...new Set(confirmations.map(({ result }) => result))];
  const sections = confirmations[0]?.sections ?? 0;
  return {
    head: [
      `recommended against, over ${formatCount(sections)} sections`,
      ...results.flatMap((name) => [resultLabel(name), "95 % interval", "better in"]),
    ],
    rows: comparisons.map(({ name }) => [
      name,
      ...results.flatMap((result) => {
        const found = confirmations.find((of) => of.device === name && of.result === result);
        if (found === undefined || found.deviceMean === 0) return ["-", "-", "-"];
        const { interval, deviceMean, better } = found;
        const share = (amount: number) => signedPercent(amount / deviceMean);
        return [
          share(interval.estimate),
          `${share(interval.low)} to ${share(interval.high)}`,
          `${formatCount(better)} of ${formatCount(sections)}`,
        ];
      }),
    ]),
  };
}

/** The designs of the front, a row each, best first by the first objective: what tells them apart and what they are worth. */
export function frontTable({ exploration, outcome }: Findings): TextTable {
  const { space, objectives } = exploration;
  const varying = space.axes.flatMap((axis, i) =>
    axis.kind !== "tied" && new Set(outcome.front.map(({ point }) => point[i])).size > 1 ? [i] : [],
  );
  const results = [
    ...new Set([...objectives.list.map(({ result }) => result), "area_mm2" as const, "peak_w" as const]),
  ];
  return {
    head: ["design", ...varying.map((i) => axisLabel(space, i)), ...results.map(resultLabel)],
    rows: outcome.front.map((candidate) => [
      designName(candidate.id, outcome.recommended.id),
      ...varying.map((i) => axisText(space, candidate, i)),
      ...results.map((name) => resultText(name, resultsOf(candidate.evaluations.full)?.[name])),
    ]),
  };
}

/** One line a design of the front: what it trades. */
export function tradeLines({ exploration, outcome }: Findings): string[] {
  return outcome.front.map(
    (candidate) =>
      `${designName(candidate.id, outcome.recommended.id)}: ${tradeSentence(candidate, outcome, exploration.objectives)}`,
  );
}

/** What a tenth of each resource is worth at equal area. */
export function sensitivityTable({ exploration, unvaried: base, sensitivities }: Findings): TextTable {
  const [cheapest] = exploration.fidelities;
  const shown = ["goodput_at_slo_rps", "goodput_per_w", "ttft_p99_s", "tbt_p99_s"] as const;
  return {
    head: [
      `resource, at equal area by SRAM${cheapest === "slice" ? ", by slices" : ""}`,
      "change",
      ...shown.map((name) => resultLabel(name)),
    ],
    rows: sensitivities.map(({ resource, change, results, problem }) => [
      resource,
      signedPercent(change),
      ...(results === undefined
        ? [problem, ...shown.slice(1).map(() => "-")]
        : shown.map((name) => {
            const [value, was] = [results[name], base[name]];
            return value === null || was === null || was === 0 ? "-" : signedPercent(value / was - 1);
          })),
    ]),
  };
}

/** The settings of the recommended design. */
export function recommendedText({ exploration: { space }, outcome: { recommended } }: Findings): string {
  return pointText(space, recommended.point);
}

const MOST_NAMED = 3;

/** What was searched for, how much was looked at, and what was in the way. */
export function effortLines({ exploration, outcome, headroom, comparisons }: Findings): string[] {
  const { objectives, strategy, fidelities } = exploration;
  const { effort, recommended } = outcome;
  const { checked, refusals, evaluated, correlations } = effort;
  const refused = Object.values(refusals).reduce((sum, count) => sum + count, 0);
  const reasons = Object.entries(refusals)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_NAMED)
    .map(([name, count]) => `${name} ${formatShare(count / refused)}`);
  const bound = recommended.evaluations.estimate;
  const tight = headroom
    .slice(0, MOST_NAMED)
    .map(({ name, left }) => `${name} (${formatShare(Math.max(0, left))} left)`);
  return [
    "Known devices run with the serving settings of the space that suit each best. Prices: market for known devices, cost and margin for designs.",
    ...(comparisons.some(({ name }) => name === UNIFIED)
      ? ["Unified: the recommended design's own devices, each serving whole requests."]
      : []),
    `Searched (${strategy}) to ${objectives.list.map(objectiveLabel).join(", ")}.`,
    `${formatPlural(checked, "design")} checked${refused === 0 ? "" : `, ${formatCount(refused)} refused: ${reasons.join(", ")}`}.`,
    `${fidelities.map((name) => `${formatCount(evaluated[name])} by ${name === "full" ? "full replay" : name}`).join(", ")}; rank correlation ${fidelities.includes("estimate") ? `estimate to slice ${correlationText(correlations.estimateToSlice)}, ` : ""}slice to full ${correlationText(correlations.sliceToFull)}.`,
    ...(fidelities.includes("estimate")
      ? []
      : ["No formula covers pools of unlike replicas: every design that was looked at was replayed."]),
    ...(outcome.learnt.length === 0 ? [] : [learntText(outcome.learnt)]),
    ...(tight.length === 0 ? [] : [`The recommended design is nearest to ${tight.join(", ")}.`]),
    ...(bound?.kind === "done" && bound.bound !== undefined
      ? [
          `Its load is limited by the ${bound.bound.limit}; the busiest resource there is ${RESOURCE_NAMES[bound.bound.resource] ?? bound.bound.resource}.`,
        ]
      : []),
  ];
}

function learntText(learnt: readonly Learnt[]): string {
  const studies = learnt.map(
    ({ scenario, model, designs }) =>
      `${scenario} on ${model} (${formatPlural(designs, "design")} of this space)`,
  );
  return `Learnt from ${formatCount(learnt.length)} earlier: ${studies.join(", ")}.`;
}

const RESOURCE_NAMES: Readonly<Record<string, string>> = {
  ...{ sa: "its systolic arrays", mac_tree: "its MAC trees", vector: "its vector units" },
  ...{ dram: "its memory", noc: "its network on chip", p2p: "its links" },
};

function correlationText(value: number | null): string {
  return value === null ? "unknown" : value.toFixed(2);
}

function designName(id: string, recommended: string): string {
  return id === recommended ? `${id.slice(0, 6)}*` : id.slice(0, 6);
}
