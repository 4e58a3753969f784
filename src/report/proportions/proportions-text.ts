import { AREA_PARTS, AREA_PART_NAMES, type AreaPart } from "../../search/area-shares.ts";
import {
  FEWEST_NEAR,
  movementsOf,
  NEAR,
  type Movement,
  type Proportions,
  type Spread,
} from "../../search/proportions.ts";
import { objectiveLabel } from "../../search/objectives.ts";
import { axisLabel, axisText } from "../explore/design-text.ts";
import type { TextTable } from "../plain-table.ts";
import { resultLabel, resultText } from "../explore/result-text.ts";
import { formatCount } from "../format.ts";
import type { ProportionsReport } from "./proportions-report.ts";

/** 24 % (22-26); the range is left out where it is none. */
function spreadText({ best, low, high }: Spread, unit: string, factor = 1): string {
  const digits = (value: number) => {
    const scaled = value * factor;
    return scaled.toFixed(unit !== "%" && scaled < 10 ? 1 : 0);
  };
  const text = unit === "" ? digits(best) : `${digits(best)} ${unit}`;
  return digits(low) === digits(high) ? text : `${text} (${digits(low)}-${digits(high)})`;
}

const shareText = (share: Spread) => spreadText(share, "%", 100);
const dieText = (dieMm2: Spread) => spreadText(dieMm2, "mm²");
/** Bytes per thousand operations are GB/s per TFLOPS. */
const PER_FLOP = "memory GB/s per array TFLOPS";
const perFlopText = (bytesPerFlop: Spread) => spreadText(bytesPerFlop, "", 1000);

/** A column a study: what the best design is worth, its area and how it is divided. */
export function sharesTable({ studies, objective: { result } }: ProportionsReport): TextTable {
  const row = (name: string, text: (of: Proportions) => string) => [name, ...studies.map(text)];
  return {
    head: ["", ...studies.map(({ study }) => study)],
    rows: [
      row(resultLabel(result), ({ results }) => resultText(result, results[result])),
      row("die", ({ dieMm2 }) => dieText(dieMm2)),
      row(PER_FLOP, ({ bytesPerFlop }) => (bytesPerFlop === undefined ? "-" : perFlopText(bytesPerFlop))),
      ...AREA_PART_NAMES.map((part) => row(AREA_PARTS[part], ({ shares }) => shareText(shares[part]))),
      row("designs as good", ({ near }) => formatCount(near)),
    ],
  };
}

/** A column a study: the settings of the best design that are not the same in all. */
export function designsTable({ studies }: ProportionsReport): TextTable {
  const { space } = studies[0]!;
  const varying = space.axes.flatMap((axis, i) =>
    axis.kind !== "tied" && new Set(studies.map((of) => axisText(of.space, of.best, i))).size > 1 ? [i] : [],
  );
  return {
    head: ["", ...studies.map(({ study }) => study)],
    rows: varying.map((i) => [axisLabel(space, i), ...studies.map((of) => axisText(of.space, of.best, i))]),
  };
}

const MOST_SAID = 5;

/** What moved between the studies, a sentence each. */
export function movementLines({ studies }: ProportionsReport): string[] {
  const moved = movementsOf(studies);
  if (moved.length === 0)
    return ["Nothing moved by more than designs about as good differ among themselves."];
  return moved.slice(0, MOST_SAID).map(({ what, least, most, from, to }) => {
    const [name, text] = MOVING[what];
    return `${capital(name)}: from ${text(from)} at ${least.study} to ${text(to)} at ${most.study}.`;
  });
}

const MOVING: Readonly<Record<Movement["what"], readonly [name: string, text: (spread: Spread) => string]>> =
  {
    die_mm2: ["die", dieText],
    bytes_per_flop: [PER_FLOP, perFlopText],
    ...(Object.fromEntries(AREA_PART_NAMES.map((part) => [part, [AREA_PARTS[part], shareText]])) as Record<
      AreaPart,
      [string, typeof shareText]
    >),
  };

/** How to read the ranges, and how much was looked at. */
export function noteLines({ studies, objective }: ProportionsReport): string[] {
  const sum = (of: (study: Proportions) => number) =>
    formatCount(studies.reduce((total, study) => total + of(study), 0));
  const alone = studies.filter(({ near }) => near < FEWEST_NEAR).map(({ study }) => study);
  return [
    `Each column is the best design of a search of its own to ${objectiveLabel(objective)}. In brackets the range among all designs replayed that are within ${100 * NEAR} % of it under the same requests (designs as good: how many): what differs by less is a matter of taste.`,
    ...(alone.length === 0
      ? []
      : [
          `No second design as good was met at ${alone.join(", ")}: its range is unknown, and it is left out of what moved.`,
        ]),
    `${sum(({ effort }) => effort.evaluated.estimate)} designs were estimated, ${sum(({ effort }) => effort.evaluated.slice)} replayed in part, ${sum(({ effort }) => effort.evaluated.full)} whole.`,
  ];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
