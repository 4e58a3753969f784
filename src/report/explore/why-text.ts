import type { StepExplanation } from "../../perf/step-explanation.ts";
import type { ResultName } from "../../search/evaluation/results.ts";
import { resultsOf } from "../../search/search.ts";
import type { Space } from "../../search/space/space.ts";
import type { AtSlo } from "../../search/why/at-slo.ts";
import type { Difference } from "../../search/why/differences.ts";
import type { NamedDesign } from "../../search/why/named-design.ts";
import type { AgainstRecommended, Why, WhyFound } from "../../search/why/why.ts";
import type { Cause } from "../../serving/attribution/causes.ts";
import { CAUSE_NAMES } from "../cause-names.ts";
import { boundText } from "../explain/step-text.ts";
import { verdict } from "../explain/verdict.ts";
import { formatCount, formatNumber, formatSeconds, formatShare, formatUnit } from "../format.ts";
import type { TextTable } from "../plain-table.ts";
import { pointText, quantityText } from "./design-text.ts";
import { resultLabel, resultText, resultWithin, signedPercent } from "./result-text.ts";

const MOST_OPERATORS = 4;
const MOST_CAUSES = 3;

/** What the search chose of a design; of a known device what it was asked about with. */
export function settingsText({ point, settings }: NamedDesign, space: Space): string {
  if (point === undefined) return settings.map(([path, value]) => `${path} ${value}`).join(", ");
  return pointText(space, point);
}

/** What replays say of it, or by what it was refused. */
export function resultLine({ evaluation }: Why): string {
  if (evaluation.kind === "refused") return `Refused by ${evaluation.constraint}: ${evaluation.problem}.`;
  const { results, halfWidths } = evaluation;
  const text = (name: ResultName) => resultText(name, results[name]);
  return [
    `Goodput at SLO ${resultWithin("goodput_at_slo_rps", results, halfWidths)}`,
    `TTFT p99 ${text("ttft_p99_s")}`,
    `TBT p99 ${text("tbt_p99_s")}`,
    `${text("area_mm2")}, ${text("peak_w")}, ${text("price_dollars")}.`,
  ].join(", ");
}

/** How far the design is from each limit, the one that it hits first in front. */
export function limitsLine({ headroom }: WhyFound): string {
  const texts = headroom.map(({ name, left }) => {
    if (left === 0) return `${name} (reached)`;
    return left < 0 ? `${name} (${formatShare(-left)} beyond)` : `${name} (${formatShare(left)} left)`;
  });
  return `Limits, the first hit first: ${texts.join(", ")}.`;
}

/** What each die is made of; pools with the same die in one line. */
export function areaLines({ dies }: WhyFound): string[] {
  const texts = dies.map(({ area }) => {
    const blocks = [...area.blocks]
      .filter(({ mm2 }) => mm2 > 0)
      .sort((a, b) => b.mm2 - a.mm2)
      .map(({ name, mm2 }) => `${name} ${formatShare(mm2 / area.totalMm2)}`);
    return `${formatNumber(area.totalMm2)} mm²: ${blocks.join(", ")}.`;
  });
  return [...new Set(texts)].map((text) => {
    const pools = dies.flatMap(({ pool }, i) => (texts[i] === text && pool !== undefined ? [pool] : []));
    return `Die of ${pools.length === 0 ? "" : `${pools.join(" and ")}, `}${text}`;
  });
}

/** Where the service level breaks as the load grows, which phase that is, and what the steps of both are bound by. */
export function sloLines({ hasGoodput, ratePerSecond, binding, phases, steps }: AtSlo): string[] {
  const { targets, causes, phase, limit } = binding;
  const misses = targets.map(({ target, missShare, strain }) =>
    missShare === null
      ? `${target} at ${formatShare(strain)} of its target`
      : `${target} missed by ${formatShare(missShare)} of the requests`,
  );
  const rate = formatUnit(ratePerSecond, "requests/s");
  const at = hasGoodput
    ? `A little beyond its goodput, at ${rate}`
    : `It holds the service level at no rate; at the workload's ${rate}`;
  return [
    `${at}: ${misses.join(", ")}.`,
    ...(causes === null || phase === undefined
      ? []
      : [
          `Bound by ${phase}${limit === undefined ? "." : `; a growing load fills the ${limit} first.`} What missed ${targets[0]!.target} took, on average: ${causesText(causes)}.`,
        ]),
    phases === undefined
      ? `Steps there: ${formatSeconds(steps.decodes.seconds)} with ${formatCount(steps.decodes.batch.decodeSequences)} decodes, ${formatSeconds(steps.prompts.seconds)} with a prompt of ${formatCount(steps.prompts.batch.promptTokens)} tokens.`
      : `Steps there: ${formatSeconds(phases.decodeStepSeconds)} with decodes alone, ${formatSeconds(phases.mixedStepSeconds)} with prompts, which take ${formatShare(phases.prefillShare)} of the time.`,
    ...[steps.decodes, steps.prompts].map(verdict),
  ];
}

function causesText(causes: Readonly<Record<Cause, number>>): string {
  return (Object.entries(causes) as [Cause, number][])
    .sort(([, a], [, b]) => b - a)
    .filter(([, seconds]) => seconds > 0)
    .slice(0, MOST_CAUSES)
    .map(([cause, seconds]) => `${CAUSE_NAMES[cause]} ${formatSeconds(seconds)}`)
    .join(", ");
}

/** The operators that take the most time in either step, where they run and what binds them. */
export function operatorTable({ steps }: AtSlo): TextTable {
  const rowsOf = (phase: string, { operators, seconds, request }: StepExplanation) =>
    [...operators]
      .sort((a, b) => b.seconds - a.seconds)
      .slice(0, MOST_OPERATORS)
      .map((row) => [
        ...[phase, row.operator, formatShare(row.seconds / seconds), row.unit],
        ...[boundText(row.bound, request.device.kind), formatShare(row.boundUtilization)],
      ]);
  return {
    head: ["step", "operator", "share", "on", "bound by", "busy"],
    rows: [...rowsOf("decodes alone", steps.decodes), ...rowsOf("with prompts", steps.prompts)],
  };
}

const COMPARED: readonly ResultName[] = [
  ...(["goodput_at_slo_rps", "ttft_p99_s", "tbt_p99_s", "goodput_per_mm2", "energy_per_token_j"] as const),
  ...(["area_mm2", "peak_w", "price_dollars"] as const),
];

/** Settings and results in which a design differs from the recommended one. */
export function differenceTable({ design, evaluation }: Why, against: AgainstRecommended): TextTable {
  const results = resultsOf(evaluation);
  const row = (label: string, [a, b]: readonly [number | null, number | null], texts: readonly string[]) => [
    ...[label, ...texts],
    a === null || b === null || b === 0 ? "" : signedPercent(a / b - 1),
  ];
  const valueText = (value: Difference["own"], unit: Difference["unit"]) =>
    typeof value === "number" ? quantityText(unit, value) : String(value);
  return {
    head: ["against the recommended one", design.name, `${against.id.slice(0, 6)}*`, ""],
    rows: [
      ...against.differences.map(({ path, unit, own, other }) =>
        row(
          path,
          [typeof own === "number" ? own : null, typeof other === "number" ? other : null],
          [valueText(own, unit), valueText(other, unit)],
        ),
      ),
      ...COMPARED.map((name) => {
        const [a, b] = [results?.[name] ?? null, against.results[name] ?? null];
        return row(resultLabel(name), [a, b], [resultText(name, a), resultText(name, b)]);
      }),
    ],
  };
}
