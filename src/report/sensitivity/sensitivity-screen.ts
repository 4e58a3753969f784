import { isEffect, isSure, strength, type Effect, type Refusal } from "../../analysis/sensitivity/effects.ts";
import type { Knob } from "../../analysis/sensitivity/knobs.ts";
import { lowerIsBetter } from "../../analysis/experiment/figures.ts";
import { figureText } from "../capacity/capacity-report.ts";
import { formatShare, formatWithPrefix } from "../format.ts";
import { plainTable } from "../plain-table.ts";
import type { Paint } from "../terminal.ts";
import { signedShare } from "../validation/validation-screen.ts";
import type { SensitivityReport } from "./sensitivity-report.ts";

/** The terminal's answer: a knob a line, the strongest first, then one line that answers. */
export function sensitivityScreen(report: SensitivityReport, paint: Paint): string {
  const { scenario, system, device, figure, base, share, equalArea, sensitivities } = report;
  const text = formatShare(share);
  const rows = sensitivities.map(({ knob, down, up }) => [
    knob.path,
    formatWithPrefix(knob.value, knob.unit),
    ...[down, up].map((side) => sideText(side, figure, paint) + coarseText(report, knob, side)),
    ...[down, up].map((side) =>
      isEffect(side) && side.estimated !== null ? signedShare(side.estimated) : "",
    ),
    ...(equalArea
      ? [
          [down, up]
            .map((side) => (isEffect(side) && side.cores !== undefined ? String(side.cores) : "-"))
            .join(", "),
        ]
      : []),
  ]);
  const head = [
    "",
    "now",
    `-${text}`,
    `+${text}`,
    "est. down",
    "est. up",
    ...(equalArea ? ["cores then"] : []),
  ];
  return [
    `${paint.bold(scenario)}${paint.dim(` - ${figure} of ${system} (${device}), ${figureText({ figure, value: base })} as it is${equalArea ? ", at equal area" : ""}`)}`,
    "",
    plainTable(head, rows),
    "",
    paint.bold(sensitivitySentence(report)),
    paint.dim(
      `Changes with their ${formatShare(report.confidence)} intervals, the same seeds on both sides; ~ marks those that may be chance.`,
    ),
    ...refusals(report),
    "",
  ].join("\n");
}

/** One sentence that answers. */
export function sensitivitySentence({ figure, sensitivities }: SensitivityReport): string {
  const felt = sensitivities.filter(
    (one) => strength(one) > 0.001 && [one.down, one.up].some((side) => isEffect(side) && isSure(side)),
  );
  if (felt.length === 0) return `No knob moves ${figure} beyond chance.`;
  const names = felt.slice(0, 3).map((one) => `${one.knob.path} (${formatShare(strength(one))})`);
  return `${figure} follows ${names.join(", ")}${felt.length > 3 ? ` and ${felt.length - 3} more` : ""}.`;
}

function sideText(side: Effect | Refusal, figure: SensitivityReport["figure"], paint: Paint): string {
  if (!isEffect(side)) return "not possible";
  const text = signedShare(side.change);
  if (Math.abs(side.change) < 5e-4) return "0.0 %";
  if (side.low === null || side.high === null) return text;
  const interval = `${text} [${signedShare(side.low)}, ${signedShare(side.high)}]`;
  if (!isSure(side)) return `~${interval}`;
  return side.change < 0 === lowerIsBetter(figure) ? paint.good(interval) : interval;
}

/** A whole number that cannot be turned by so little: where it went instead. */
export function coarseText({ share }: SensitivityReport, knob: Knob, side: Effect | Refusal): string {
  return isEffect(side) && Math.abs(side.value / knob.value - 1) > 1.5 * share ? ` at ${side.value}` : "";
}

function refusals({ sensitivities }: SensitivityReport): string[] {
  return sensitivities.flatMap(({ knob, down, up }) =>
    [down, up].flatMap((side) =>
      isEffect(side)
        ? []
        : [`${knob.path} cannot be ${formatWithPrefix(side.value, knob.unit)}: ${side.refused}.`],
    ),
  );
}
