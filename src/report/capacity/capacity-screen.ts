import type { CapacityTrial } from "../../analysis/capacity/capacity.ts";
import type { TargetVerdict } from "../../analysis/capacity/slo-target.ts";
import { formatCount, formatNumber, formatShare } from "../format.ts";
import { plainTable } from "../plain-table.ts";
import type { Paint } from "../terminal.ts";
import {
  figureText,
  levelText,
  targetText,
  type CapacityReport,
  type SystemCapacity,
} from "./capacity-report.ts";

const LEVEL_NAMES = { rate: "requests/s", users: "users", replicas: "replicas" } as const;

/** The terminal's answer: for each system what was tried, then one line that answers. */
export function capacityScreen(report: CapacityReport, paint: Paint): string {
  return [
    `${paint.bold(report.scenario)}${paint.dim(` - within ${report.targets.map(targetText).join(", ")}`)}`,
    "",
    ...report.systems.flatMap((system) => [
      plainTable(
        head(report),
        trialsOf(system).map((trial) => row(report, trial, paint)),
      ),
      "",
      paint.bold(capacitySentence(report, system)),
      ...shortageLines(system),
      "",
    ]),
  ].join("\n");
}

/** Everything simulated of a system, ascending: the search and the curve. */
export function trialsOf({ answer, curve }: SystemCapacity): CapacityTrial[] {
  const byLevel = new Map([...answer.trials, ...curve].map((trial) => [trial.level, trial]));
  return [...byLevel.values()].sort((a, b) => a.level - b.level);
}

function head({ kind, targets }: CapacityReport): string[] {
  return [
    LEVEL_NAMES[kind],
    "served/s",
    "TTFT p50",
    "TBT p50",
    ...targets.map(({ figure }) => figure),
    "targets",
  ];
}

function row(
  { kind }: CapacityReport,
  { level, point, verdicts, met, sure }: CapacityTrial,
  paint: Paint,
): string[] {
  return [
    kind === "rate" ? formatNumber(level) : formatCount(level),
    formatNumber(point.figure("request_throughput_rps").value),
    figureText({ figure: "ttft_p50", value: point.figure("ttft_p50").value }),
    figureText({ figure: "tbt_p50", value: point.figure("tbt_p50").value }),
    ...verdicts.map(intervalText),
    met && sure === true ? paint.good("met") : verdictText({ point, met }),
  ];
}

function intervalText({ target: { figure }, value, low, high }: TargetVerdict): string {
  const text = figureText({ figure, value });
  if (low === null || high === null) return text;
  return `${text} [${figureText({ figure, value: low })}, ${figureText({ figure, value: high })}]`;
}

/** How a load that does not surely keep its targets stands to them. */
export function verdictText({ point, met }: Pick<CapacityTrial, "point" | "met">): string {
  if (met) return "met, not surely";
  return point.keepsUp ? "missed" : "cannot keep up";
}

/** One sentence that answers. */
export function capacitySentence(
  { kind, confidence, targets }: CapacityReport,
  { name, device, answer }: SystemCapacity,
): string {
  const { level, sureLevel, estimatedLevel, devicesPerReplica, replicas } = answer;
  const text = (of: number | undefined) => levelText(kind, of, devicesPerReplica);
  const slo = targets.map(targetText).join(", ");
  if (level === undefined) {
    const most = kind === "replicas" ? "however many replicas" : "even under the least load";
    return `${name} misses ${slo} ${most}.`;
  }
  const sure =
    sureLevel === undefined
      ? `too little was simulated to be ${formatShare(confidence)} sure of any`
      : `${formatShare(confidence)} sure of ${text(sureLevel)}`;
  const estimated =
    estimatedLevel === undefined ? "no estimate covers it" : `estimate ${text(estimatedLevel)}`;
  if (kind === "replicas") {
    return `${name} needs ${text(level)} of ${device} within ${slo}; ${sure}; ${estimated}.`;
  }
  const devices = formatCount(replicas * devicesPerReplica);
  return `${name} (${devices} x ${device}) serves ${text(level)} within ${slo}; ${sure}; ${estimated}.`;
}

/** Targets of which no trial could tell an interval. */
function shortageLines(system: SystemCapacity): string[] {
  const short = trialsOf(system)
    .filter(({ met }) => met)
    .flatMap(({ verdicts }) => verdicts.filter(({ needed }) => needed !== undefined));
  const byFigure = new Map(short.map((verdict) => [verdict.target.figure, verdict.needed!]));
  return [...byFigure].map(
    ([figure, needed]) =>
      `${system.name}: too few requests for an interval on ${figure}: about ${formatCount(needed)} are needed.`,
  );
}
