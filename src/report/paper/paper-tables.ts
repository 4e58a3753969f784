import { areaOf, gainsOf, type Gains } from "../../search/paper/gains.ts";
import { ladderFactors } from "../../search/paper/ladder.ts";
import type { PaperCase, PaperSystem } from "../../search/paper/paper-case.ts";
import { PUBLISHED } from "../../search/paper/published.ts";
import type { SloConfig } from "../../serving/config.ts";
import type { TextTable } from "../plain-table.ts";
import { formatCount, formatNumber, formatSeconds } from "../format.ts";
import { timesText } from "./paper-text.ts";

const GAINS: readonly {
  readonly label: string;
  readonly paper: number | null;
  readonly of: (gains: Gains) => number | null;
}[] = [
  { label: "TBT in a decode step of the largest batch", paper: PUBLISHED.tbtRatio, of: ({ tbt }) => tbt },
  {
    label: "Area efficiency: tokens/s/mm² in that step",
    paper: PUBLISHED.areaEfficiencyRatio,
    of: ({ areaEfficiency }) => areaEfficiency,
  },
  { label: "Area (mm² of the A100 for each mm²)", paper: null, of: ({ area }) => area },
  { label: "Requests/s within the SLO", paper: null, of: ({ requests }) => requests },
  { label: "Requests/s/mm² within the SLO", paper: null, of: ({ requestsPerMm2 }) => requestsPerMm2 },
  { label: "Concurrent users within the SLO", paper: null, of: ({ users }) => users },
  { label: "Tokens per joule at that load", paper: null, of: ({ tokensPerJoule }) => tokensPerJoule },
];

/** The found designs over the baseline under both engines, beside the paper. */
export function headlineTable(cases: readonly PaperCase[]): TextTable {
  const columns = cases.flatMap(({ name, found, baseline, baselineOf2023, ownLevel }) => [
    { head: `${name}: today`, gains: gainsOf(found, baseline, ownLevel) },
    { head: "of 2023", gains: gainsOf(found, baselineOf2023, ownLevel) },
  ]);
  return {
    head: ["Found design over the A100", "paper", ...columns.map(({ head }) => head)],
    rows: GAINS.map(({ label, paper, of }) => [
      label,
      timesText(paper),
      ...columns.map(({ gains }) => timesText(of(gains))),
    ]),
  };
}

/** All systems of a case, the found design first. */
export function systemsOf({ found, baseline, baselineOf2023, known }: PaperCase): readonly PaperSystem[] {
  return [found, baseline, baselineOf2023, ...known];
}

/** Every system of every case at the scenario's own service level. */
export function systemsTable(cases: readonly PaperCase[]): TextTable {
  const names = [...new Set(cases.flatMap((figures) => systemsOf(figures).map(({ name }) => name)))];
  return {
    head: [
      "",
      ...cases.flatMap(({ name, batch }) => [`${name}: mm²`, `TBT at ${batch}`, "requests", "tokens/J"]),
    ],
    rows: names.map((name) => [
      name,
      ...cases.flatMap((figures) => {
        const system = systemsOf(figures).find((one) => one.name === name);
        if (system === undefined) return ["-", "-", "-", "-"];
        const { requestsPerSecond, tokensPerJoule } = system.services[figures.ownLevel]!;
        return [
          formatNumber(areaOf(system)),
          formatSeconds(system.tbtSeconds),
          `${requestsPerSecond.toFixed(2)} /s`,
          formatNumber(tokensPerJoule),
        ];
      }),
    ]),
  };
}

/** The systems of a case within service levels from strict to loose: requests a second, and concurrent users. */
export function sweepTable(figures: PaperCase, systems: readonly PaperSystem[]): TextTable {
  return {
    head: [`${figures.name} within`, ...figures.levels.map(({ slo }) => sloText(slo))],
    rows: systems.map(({ name, services }) => [
      name,
      ...services.map(
        ({ requestsPerSecond, concurrentUsers }) =>
          `${requestsPerSecond.toFixed(2)} /s (${formatCount(concurrentUsers)})`,
      ),
    ]),
  };
}

/** 1 s, 50 ms: TTFT and time between tokens. */
function sloText({ request: { ttftSeconds, tpotSeconds, maxTbtSeconds } }: SloConfig): string {
  return [ttftSeconds, tpotSeconds ?? maxTbtSeconds]
    .flatMap((seconds) => (seconds === undefined ? [] : formatSeconds(seconds)))
    .join(", ");
}

/** What each step from the A100 of 2023 to the found designs multiplies. */
export function ladderTable(cases: readonly PaperCase[]): TextTable {
  const columns = cases.flatMap(({ name, ablation }) => [
    { head: `${name}: TBT`, factors: ladderFactors(ablation, "tbt") },
    { head: "requests/s", factors: ladderFactors(ablation, "requests") },
  ]);
  const labels = cases[0]?.ablation.ladder.slice(1, -1).map(({ label }) => label) ?? [];
  const factorIn = (column: (typeof columns)[number], label: string) =>
    column.factors.find((factor) => factor.label === label)?.factor ?? null;
  return {
    head: ["One thing after the other", ...columns.map(({ head }) => head)],
    rows: [
      ...labels.map((label) => [label, ...columns.map((column) => timesText(factorIn(column, label)))]),
      [
        "all together",
        ...columns.map(({ factors }) =>
          timesText(factors.reduce((product, { factor }) => product * factor, 1)),
        ),
      ],
      [
        "and its own area",
        ...cases.flatMap(({ ablation }) => {
          const area = timesText(ladderFactors(ablation, "requestsPerMm2").at(-1)?.factor ?? null);
          return [area, area];
        }),
      ],
    ],
  };
}

/** The found design of each case with one thing off at a time. */
export function aloneTable(cases: readonly PaperCase[]): TextTable {
  const labels = cases[0]?.ablation.alone.slice(0, -1).map(({ label }) => label) ?? [];
  return {
    head: ["Without", ...cases.flatMap(({ name }) => [`${name}: TBT`, "requests/s"])],
    rows: labels.map((label) => [
      label,
      ...cases.flatMap(({ ablation }) => {
        const whole = ablation.ladder.at(-1)!;
        const off = ablation.alone.find((system) => system.label === label)!;
        return [
          timesText(whole.tbtSeconds / off.tbtSeconds),
          timesText(off.requestsPerSecond / whole.requestsPerSecond),
        ];
      }),
    ]),
  };
}

/** TBT of the baseline over that of the found design: a row a context, a column a batch. */
export function gridTable({ grid, name }: PaperCase): TextTable {
  const batches = [...new Set(grid.map(({ batch }) => batch))];
  const contexts = [...new Set(grid.map(({ contextTokens }) => contextTokens))];
  return {
    head: [`${name}: context`, ...batches.map((batch) => `batch ${batch}`)],
    rows: contexts.map((context) => [
      formatCount(context),
      ...batches.map((batch) => {
        const pair = grid.find((at) => at.batch === batch && at.contextTokens === context)!;
        const { foundSeconds, baselineSeconds } = pair;
        return timesText(
          foundSeconds === null || baselineSeconds === null ? null : baselineSeconds / foundSeconds,
        );
      }),
    ]),
  };
}

/** What A100s were measured at, beside the model of them and the found design: seconds for a token of every sequence. */
export function measuredTable(cases: readonly PaperCase[]): TextTable {
  return {
    head: [
      "A100s as measured",
      "software",
      "batch",
      "tokens",
      "measured",
      "model of it",
      "found",
      "over measured",
    ],
    rows: cases.flatMap(({ name, measured }) =>
      measured.map((of) => [
        ...[name, of.software, String(of.batch), `${of.inputTokens} + ${of.outputTokens}`],
        ...[formatSeconds(of.measuredSeconds), formatSeconds(of.modelSeconds)],
        ...[formatSeconds(of.foundSeconds), timesText(of.measuredSeconds / of.foundSeconds)],
      ]),
    ),
  };
}
