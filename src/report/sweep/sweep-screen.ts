import { REGIMES } from "../../analysis/sweep/regime.ts";
import type { ErrorRow } from "../../analysis/sweep/sweep-validation.ts";
import { formatCount } from "../format.ts";
import { plainTable } from "../plain-table.ts";
import type { Paint } from "../terminal.ts";
import { signedShare } from "../validation/validation-screen.ts";
import { trustText, type SweepReport } from "./sweep-report.ts";

/** The terminal's answer: errors by figure and regime, then what may be trusted where. */
export function sweepScreen(report: SweepReport, paint: Paint): string {
  const { scenario, axis, systems, errors, compared, leftOut } = report;
  const regimes = REGIMES.filter((regime) => errors.some((row) => row.regime === regime));
  const figures = [...new Set(errors.map(({ figure }) => figure))];
  const cell = (row: ErrorRow | undefined): string => {
    if (row === undefined) return "";
    const text = `${signedShare(row.bias)} (${(100 * row.worst).toFixed(0)} %)`;
    return row.trust === "trusted" ? paint.good(text) : row.trust === "rough" ? text : `${text} !`;
  };
  const rows = figures.map((figure) => [
    figure,
    ...regimes.map((regime) => cell(errors.find((row) => row.figure === figure && row.regime === regime))),
  ]);
  const values = new Set(compared.map(({ system, value }) => `${system} ${value}`)).size;
  return [
    `${paint.bold(scenario)}${paint.dim(` - estimate against simulation over ${axis}, ${formatCount(values)} points (${systems.join(", ")})`)}`,
    "",
    "Median error of the estimate with its sign, worst in brackets, by load over saturation:",
    plainTable(["", ...regimes], rows),
    "",
    ...trustLines(report, paint),
    ...measuredLines(report),
    ...leftOut.map((what) => `The estimate leaves out ${what}.`),
    "",
  ].join("\n");
}

/** What may be trusted, and what not. */
export function trustLines({ errors }: SweepReport, paint: Paint): string[] {
  const trusted = trustText(errors, "trusted");
  const rough = trustText(errors, "rough");
  const not = trustText(errors, "not trusted");
  return [
    ...(trusted === ""
      ? []
      : [paint.bold(`Trust it (within 12 %, or within the simulation's own band): ${trusted}.`)]),
    ...(rough === "" ? [] : [`A rough guide (within 35 %): ${rough}.`]),
    ...(not === "" ? [] : [`Do not trust it, simulate: ${not}.`]),
    ...(errors.some(({ regime }) => regime === "overload")
      ? ["In overload latencies grow as long as the run lasts: no formula tells them."]
      : []),
  ];
}

/** How both stand to what was measured, where anything was. */
function measuredLines({ compared }: SweepReport): string[] {
  const own = compared.filter(({ measured }) => measured !== null);
  if (own.length === 0) return [];
  const rows = own.map((row) => [
    row.system,
    row.value.toPrecision(3),
    row.figure,
    ...[row.measured, row.simulated, row.estimated].map((value) =>
      value === null ? "" : value.toPrecision(4),
    ),
    ...[row.simulated, row.estimated].map((value) =>
      value === null || row.measured === 0 ? "" : signedShare(value / row.measured! - 1),
    ),
  ]);
  const head = [
    "system",
    "at",
    "metric",
    "measured",
    "simulated",
    "estimated",
    "simulation off",
    "estimate off",
  ];
  return ["", "Against what was measured:", plainTable(head, rows, [0, 2])];
}
