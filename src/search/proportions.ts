import type { System } from "../scenario/scenario.ts";
import { AREA_PART_NAMES, areaShares, type AreaPart } from "./area-shares.ts";
import type { Candidate } from "./candidate.ts";
import type { Results } from "./evaluation/results.ts";
import type { Objective } from "./objectives.ts";
import { resultsOf, type SearchEffort, type SearchOutcome } from "./search.ts";
import type { Space, WrittenSetting } from "./space/space.ts";

/** Share of a die that a part takes, 0..1. */
export interface PartShare {
  /** In the best design. */
  readonly best: number;
  /** Among designs that are about as good. */
  readonly low: number;
  readonly high: number;
}

/** How the best design of one search divides its die. */
export interface Proportions {
  readonly study: string;
  readonly space: Space;
  readonly best: Candidate;
  readonly results: Results;
  /** mm² of one device. */
  readonly dieMm2: number;
  readonly shares: Readonly<Record<AreaPart, PartShare>>;
  /** Designs replayed whole that are about as good, the best one included. */
  readonly near: number;
  readonly effort: SearchEffort;
}

/** Worse than the best by no more than this share is about as good: replays resolve 1.5 %. */
export const NEAR = 0.02;

/** @param objective by which designs are about as good as the best one */
export function proportionsOf(
  study: string,
  space: Space,
  { result, direction }: Objective,
  { candidates, recommended, effort }: SearchOutcome,
  systemOf: (settings: readonly WrittenSetting[]) => System,
): Proportions {
  const results = resultsOf(recommended.evaluations.full)!;
  const best = results[result] ?? 0;
  const isNear = (candidate: Candidate): boolean => {
    const value = resultsOf(candidate.evaluations.full)?.[result] ?? null;
    if (value === null) return false;
    return direction === "maximise" ? value >= best * (1 - NEAR) : value <= best * (1 + NEAR);
  };
  const own = areaShares(systemOf(recommended.settings).device);
  const near = candidates
    .filter((candidate) => candidate === recommended || isNear(candidate))
    .map(({ settings }) => areaShares(systemOf(settings).device));
  const shares = Object.fromEntries(
    AREA_PART_NAMES.map((part): [AreaPart, PartShare] => {
      const all = near.map((share) => share[part]);
      return [part, { best: own[part], low: Math.min(...all), high: Math.max(...all) }];
    }),
  ) as Record<AreaPart, PartShare>;
  return {
    ...{ study, space, best: recommended, results, shares, near: near.length, effort },
    dieMm2: (results.area_mm2 ?? 0) / (results.devices ?? 1),
  };
}

/** A part that takes more of the die in one study than in another, beyond what designs as good differ by. */
export interface Movement {
  readonly part: AreaPart;
  readonly least: Proportions;
  readonly most: Proportions;
}

/** Differences below this share of the die are none. */
const SMALLEST = 0.02;

/** What moves between the studies, most first: parts whose ranges at their least and at their most do not overlap. */
export function movementsOf(studies: readonly Proportions[]): Movement[] {
  const shareOf = ({ shares }: Proportions, part: AreaPart) => shares[part].best;
  return AREA_PART_NAMES.flatMap((part): Movement[] => {
    const order = [...studies].sort((a, b) => shareOf(a, part) - shareOf(b, part));
    const [least, most] = [order[0]!, order.at(-1)!];
    const apart = least.shares[part].high < most.shares[part].low;
    return apart && shareOf(most, part) - shareOf(least, part) >= SMALLEST ? [{ part, least, most }] : [];
  }).sort((a, b) => spanOf(b) - spanOf(a));
}

function spanOf({ part, least, most }: Movement): number {
  return most.shares[part].best - least.shares[part].best;
}
