import { deviceAreaMm2 } from "../hardware/area.ts";
import type { HdaDevice } from "../hardware/device.ts";
import type { System } from "../scenario/scenario.ts";
import { AREA_PART_NAMES, areaShares, type AreaPart } from "./area-shares.ts";
import type { Candidate } from "./candidate.ts";
import type { Results } from "./evaluation/results.ts";
import type { Objective } from "./objectives.ts";
import { resultsOf, type SearchEffort, type SearchOutcome } from "./search.ts";
import type { Space, WrittenSetting } from "./space/space.ts";

/** A quantity of a search's best design, and how far it goes among designs that are about as good. */
export interface Spread {
  readonly best: number;
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
  readonly dieMm2: Spread;
  /** Bytes that the memory delivers for each operation of the arrays, both at their peaks; undefined without arrays. */
  readonly bytesPerFlop: Spread | undefined;
  /** 0..1 of the die. */
  readonly shares: Readonly<Record<AreaPart, Spread>>;
  /** Designs replayed, whole or in part, that are about as good under the same requests; the best one included. */
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
  const isNear = ({ evaluations }: Candidate): boolean => {
    // By the same requests as the best one: all of them, or those of a slice.
    const fidelity = evaluations.full === undefined ? "slice" : "full";
    const value = resultsOf(evaluations[fidelity])?.[result] ?? null;
    const best = resultsOf(recommended.evaluations[fidelity])?.[result] ?? null;
    if (value === null || best === null) return false;
    return direction === "maximise" ? value >= best * (1 - NEAR) : value <= best * (1 + NEAR);
  };
  // The best one comes first.
  const near = [
    recommended,
    ...candidates.filter((candidate) => candidate !== recommended && isNear(candidate)),
  ];
  const devices = near.map(({ settings }) => systemOf(settings).device);
  const divided = devices.map(areaShares);
  const shares = Object.fromEntries(
    AREA_PART_NAMES.map((part) => [part, spreadOf(divided.map((share) => share[part]))]),
  ) as Record<AreaPart, Spread>;
  const perFlop = devices.flatMap((device) => (device.kind === "hda" ? [bytesPerFlop(device)] : []));
  return {
    ...{ study, space, best: recommended, results, shares, near: near.length, effort },
    dieMm2: spreadOf(devices.map((device) => deviceAreaMm2(device).totalMm2)),
    bytesPerFlop: perFlop.length === 0 ? undefined : spreadOf(perFlop),
  };
}

function spreadOf(values: readonly number[]): Spread {
  return { best: values[0]!, low: Math.min(...values), high: Math.max(...values) };
}

function bytesPerFlop({ memory, cores, systolicArray: array, clockHertz }: HdaDevice): number {
  return memory.bytesPerSecond / (2 * cores * array.perCore * array.rows * array.columns * clockHertz);
}

/** What differs between two studies by more than it does among designs that are about as good. */
export interface Movement {
  readonly what: AreaPart | "die_mm2" | "bytes_per_flop";
  readonly least: Proportions;
  readonly most: Proportions;
  readonly from: Spread;
  readonly to: Spread;
}

/** Differences of a share below this part of the die are none, and of a quantity below this part of itself. */
const SMALLEST = 0.02;

/** A best design without another that is as good has no range that could be held against a difference. */
export const FEWEST_NEAR = 2;

/**
 * What moves between the studies: die and memory per operation, then the parts that move most. Only where ranges at the least
 * and at the most do not overlap.
 */
export function movementsOf(studies: readonly Proportions[]): Movement[] {
  const moved = (what: Movement["what"], of: (study: Proportions) => Spread | undefined): Movement[] => {
    const known = studies.flatMap((study) => {
      const spread = of(study);
      return spread === undefined || study.near < FEWEST_NEAR ? [] : [{ study, spread }];
    });
    if (known.length === 0) return [];
    known.sort((a, b) => a.spread.best - b.spread.best);
    const [{ study: least, spread: from }, { study: most, spread: to }] = [known[0]!, known.at(-1)!];
    return from.high < to.low ? [{ what, least, most, from, to }] : [];
  };
  const wholes = [
    ...moved("die_mm2", ({ dieMm2 }) => dieMm2),
    ...moved("bytes_per_flop", (study) => study.bytesPerFlop),
  ].filter(({ from, to }) => to.best >= from.best * (1 + SMALLEST));
  const parts = AREA_PART_NAMES.flatMap((part) => moved(part, ({ shares }) => shares[part])).filter(
    (movement) => spanOf(movement) >= SMALLEST,
  );
  return [...wholes, ...parts.sort((a, b) => spanOf(b) - spanOf(a))];
}

function spanOf({ from, to }: Movement): number {
  return to.best - from.best;
}
