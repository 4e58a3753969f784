import { assumptionsOf } from "./assumptions.ts";
import { formatNumber, formatRatio, formatSeconds, formatShare } from "./format.ts";
import { KEY_FIGURES } from "./key-figures.ts";
import { deviceTotals, type RunReport } from "./run-report.ts";

/** Differences below this share are called equal: no model here is right to better than this. */
const TIE = 0.05;

export interface Verdict {
  /** Name of the winning system; null when nothing tells them apart. */
  readonly winner: string | null;
  /** The criterion that decided, in the order in which criteria are asked. */
  readonly decidedBy: "goodput" | "tbt_p99" | "area_efficiency" | "ttft_p99" | "e2e_p99" | null;
  /** One line for people: who wins, why, and what it costs. */
  readonly sentence: string;
}

interface Criterion {
  readonly name: NonNullable<Verdict["decidedBy"]>;
  readonly better: "lower" | "higher";
  readonly value: (report: RunReport) => number | null;
  /** How the winner compares, e.g. `1.8x shorter TBT p99 (12 ms against 22 ms)`. */
  readonly describe: (winner: RunReport, other: RunReport) => string;
}

const CRITERIA: readonly Criterion[] = [
  {
    name: "goodput",
    better: "higher",
    value: ({ outcome }) => outcome.metrics.slo.goodputPerSecond,
    describe: (winner, other) => {
      const { goodputPerSecond: mine, attainment } = winner.outcome.metrics.slo;
      const theirs = other.outcome.metrics.slo;
      const shares =
        attainment === null
          ? ""
          : `, ${formatShare(attainment)} of requests in SLO against ${formatShare(theirs.attainment)}`;
      return `${times(mine / theirs.goodputPerSecond)} goodput (${formatNumber(mine)} against ${formatNumber(theirs.goodputPerSecond)} requests/s${shares})`;
    },
  },
  latencyCriterion("tbt", "TBT p99"),
  {
    name: "area_efficiency",
    better: "higher",
    value: areaEfficiency,
    describe: (winner, other) =>
      `${times(areaEfficiency(winner) / areaEfficiency(other))} goodput per area (${mm2(winner)} against ${mm2(other)})`,
  },
  latencyCriterion("ttft", "TTFT p99"),
  latencyCriterion("e2e", "E2E p99"),
];

/**
 * Who serves the traffic best: first by goodput, then, among those that are equal in it, by the tail of the token gaps,
 * then by goodput per area, then by the tails of the first and of the last token. Differences below 5 % decide nothing.
 * The sentence also says where the runner-up is ahead.
 * @param reports two or more systems under the same traffic
 */
export function judge(reports: readonly RunReport[]): Verdict {
  let contenders = reports;
  for (const criterion of CRITERIA) {
    const ranked = rank(contenders, criterion);
    if (ranked === undefined) continue;
    const [winner, runnerUp] = ranked as [RunReport, RunReport];
    if (!isAhead(winner, runnerUp, criterion)) {
      contenders = ranked.filter((other) => !isAhead(winner, other, criterion));
      continue;
    }
    const others = CRITERIA.filter((other) => other !== criterion);
    const also = others.filter((other) => isAhead(winner, runnerUp, other));
    const behind = others.filter((other) => isAhead(runnerUp, winner, other));
    const equalGoodput = criterion.name !== "goodput" ? "equal goodput, " : "";
    const reasons = [criterion, ...also].map((reason) => reason.describe(winner, runnerUp)).join(", ");
    const price =
      behind.length === 0
        ? ""
        : `; ${runnerUp.system.name} has ${behind.map((loss) => loss.describe(runnerUp, winner)).join(", ")}`;
    return {
      winner: winner.system.name,
      decidedBy: criterion.name,
      sentence: `${winner.system.name} wins over ${runnerUp.system.name}: ${equalGoodput}${reasons}${price}.`,
    };
  }
  return {
    winner: null,
    decidedBy: null,
    sentence: `No winner: ${contendersText(contenders, reports)} within 5 % of each other in goodput, tails and goodput per area.`,
  };
}

function contendersText(contenders: readonly RunReport[], reports: readonly RunReport[]): string {
  if (contenders.length === reports.length) return "the systems are";
  const names = contenders.map(({ system }) => system.name);
  return `ahead of the others, ${names.slice(0, -1).join(", ")} and ${names[names.length - 1]!} are`;
}

/** `compare.json` as a plain object: key figures per system, and the verdict. */
export function compareJsonOf(reports: readonly RunReport[]): Record<string, unknown> {
  const first = reports[0]!;
  const { trace, warnings } = first.identity;
  const verdict = judge(reports);
  return {
    scenario: first.scenario.name,
    seed: first.scenario.seed,
    scenario_hash: first.identity.scenarioHash,
    version: first.identity.version,
    systems: Object.fromEntries(
      reports.map((report) => [
        report.system.name,
        {
          model: report.system.model.name,
          device: deviceNames(report),
          device_base: report.system.settings.device_base,
          device_overrides: report.system.settings.device_overrides,
          devices: deviceTotals(report).count,
          ...Object.fromEntries(KEY_FIGURES.map((figure) => [figure.key, figure.value(report)])),
        },
      ]),
    ),
    verdict: { winner: verdict.winner, decided_by: verdict.decidedBy, sentence: verdict.sentence },
    assumptions: assumptionsOf(reports),
    trace: trace === undefined ? null : { name: trace.name, sha256: trace.sha256 },
    warnings,
  };
}

/** Joined by a plus sign where there are several. */
function deviceNames(report: RunReport): string {
  return [...new Set(deviceTotals(report).groups.map(({ device }) => device.name))].join(" + ");
}

function latencyCriterion(metric: "tbt" | "ttft" | "e2e", label: string): Criterion {
  const value = ({ outcome }: RunReport): number | null => outcome.metrics[metric].p99;
  return {
    name: `${metric}_p99`,
    better: "lower",
    value,
    describe: (winner, other) => {
      const mine = value(winner)!;
      const theirs = value(other)!;
      return `${times(theirs / mine)} shorter ${label} (${formatSeconds(mine)} against ${formatSeconds(theirs)})`;
    },
  };
}

function areaEfficiency(report: RunReport): number {
  return report.outcome.metrics.slo.goodputPerSecond / deviceTotals(report).areaMm2;
}

function mm2(report: RunReport): string {
  return `${formatNumber(deviceTotals(report).areaMm2)} mm²`;
}

function times(ratio: number): string {
  return Number.isFinite(ratio) ? formatRatio(ratio) : "far";
}

/** Systems from best to worst; undefined when one of them has no value. */
function rank(reports: readonly RunReport[], { value, better }: Criterion): RunReport[] | undefined {
  if (reports.some((report) => !isKnown(value(report)))) return undefined;
  const sign = better === "lower" ? 1 : -1;
  return [...reports].sort((a, b) => sign * (value(a)! - value(b)!));
}

function isAhead(a: RunReport, b: RunReport, { value, better }: Criterion): boolean {
  const mine = value(a);
  const theirs = value(b);
  if (!isKnown(mine) || !isKnown(theirs)) return false;
  return better === "lower" ? mine < theirs * (1 - TIE) : mine * (1 - TIE) > theirs;
}

function isKnown(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}
