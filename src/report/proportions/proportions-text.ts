import { AREA_PARTS, AREA_PART_NAMES } from "../../search/area-shares.ts";
import { movementsOf, NEAR, type PartShare, type Proportions } from "../../search/proportions.ts";
import { objectiveLabel } from "../../search/objectives.ts";
import { axisLabel, axisText } from "../explore/design-text.ts";
import type { TextTable } from "../explore/explore-tables.ts";
import { resultLabel, resultText } from "../explore/result-text.ts";
import { formatCount, formatUnit } from "../format.ts";
import type { ProportionsReport } from "./proportions-report.ts";

/** 24 % (22 to 26). */
function shareText({ best, low, high }: PartShare): string {
  const percent = (share: number) => (100 * share).toFixed(0);
  return percent(low) === percent(high)
    ? `${percent(best)} %`
    : `${percent(best)} % (${percent(low)}-${percent(high)})`;
}

/** A row a study: what the best design is worth, its area and how it is divided. */
export function sharesTable({ studies, objective }: ProportionsReport): TextTable {
  return {
    head: [
      "",
      resultLabel(objective.result),
      "die",
      ...AREA_PART_NAMES.map((part) => AREA_PARTS[part]),
      "as good",
    ],
    rows: studies.map(({ study, results, dieMm2, shares, near }) => [
      study,
      resultText(objective.result, results[objective.result]),
      formatUnit(dieMm2, "mm²"),
      ...AREA_PART_NAMES.map((part) => shareText(shares[part])),
      formatCount(near),
    ]),
  };
}

/** A row a study: the settings of the best design that are not the same in all. */
export function designsTable({ studies }: ProportionsReport): TextTable {
  const { space } = studies[0]!;
  const varying = space.axes.flatMap((axis, i) =>
    axis.kind !== "tied" && new Set(studies.map((of) => axisText(of.space, of.best, i))).size > 1 ? [i] : [],
  );
  return {
    head: ["", ...varying.map((i) => axisLabel(space, i))],
    rows: studies.map((of) => [of.study, ...varying.map((i) => axisText(of.space, of.best, i))]),
  };
}

const MOST_SAID = 4;

/** What moved between the studies, a sentence a part. */
export function movementLines({ studies }: ProportionsReport): string[] {
  const moved = movementsOf(studies);
  if (moved.length === 0)
    return ["No part moved by more than designs about as good differ among themselves."];
  const at = (part: (typeof moved)[number]["part"], { shares, study }: Proportions) =>
    `${shareText(shares[part])} at ${study}`;
  return moved
    .slice(0, MOST_SAID)
    .map(
      ({ part, least, most }) =>
        `${capital(AREA_PARTS[part])}: from ${at(part, least)} to ${at(part, most)}.`,
    );
}

/** How to read the ranges, and how much was looked at. */
export function noteLines({ studies, objective }: ProportionsReport): string[] {
  const sum = (of: (study: Proportions) => number) =>
    formatCount(studies.reduce((total, study) => total + of(study), 0));
  return [
    `Each row is the best design of a search of its own to ${objectiveLabel(objective)}. In brackets the range among designs replayed whole that are within ${100 * NEAR} % of it: what differs by less is a matter of taste.`,
    `${sum(({ effort }) => effort.evaluated.estimate)} designs were estimated, ${sum(({ effort }) => effort.evaluated.slice)} replayed in part, ${sum(({ effort }) => effort.evaluated.full)} whole.`,
  ];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
