import { contentId } from "./design-id.ts";
import type { Results } from "./evaluation/results.ts";
import { scoresOf, type Objectives } from "./objectives.ts";
import { shortfallOf, type ResultProspects } from "./prospects.ts";
import { pointOf } from "./space/point-of.ts";
import type { Space, WrittenSetting } from "./space/space.ts";
import type { Assessed } from "./strategies/strategy.ts";

/** What an earlier search over the same axes knows of a design by its cheapest look: under another model, service level or trace. */
export interface EarlierDesign {
  readonly settings: readonly WrittenSetting[];
  readonly results: Results;
}

export interface EarlierStudy {
  /** Content hash, as in its store. */
  readonly study: string;
  readonly scenario: string;
  readonly model: string;
  readonly designs: readonly EarlierDesign[];
}

/** What a search took from an earlier one. */
export interface Learnt {
  readonly study: string;
  readonly scenario: string;
  readonly model: string;
  /** Of its designs, those in the space of this search. */
  readonly designs: number;
  /** Content hash of these: equal for searches that learnt the same. */
  readonly content: string;
}

/** Share of the requests that are to be served within a service level. */
const WANTED = 0.99;

/** The designs of an earlier study that are in this space, judged by these objectives and by the demand that they had there. */
export function earlierAssessed(
  space: Space,
  objectives: Objectives,
  prospects: ResultProspects,
  { designs }: EarlierStudy,
): Assessed[] {
  return designs.flatMap(({ settings, results }) => {
    const point = pointOf(space, settings);
    if (point === undefined) return [];
    return {
      point,
      violation: shortfallOf(results.slo_attainment ?? 0, WANTED),
      scores: scoresOf(objectives, results),
      values: prospects.valuesOf(results),
    };
  });
}

export function learntOf(
  { study, scenario, model }: EarlierStudy,
  space: Space,
  assessed: readonly Assessed[],
): Learnt {
  const content = contentId(assessed.map(({ point, values }) => [space.keyOf(point), values]));
  return { study, scenario, model, designs: assessed.length, content };
}
