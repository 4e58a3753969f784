import { meanInterval, type ConfidenceInterval } from "../analysis/statistics/confidence-interval.ts";
import type { Evaluation } from "./evaluation/evaluator.ts";
import { RESULTS, type ResultName, type Results } from "./evaluation/results.ts";
import type { Objectives } from "./objectives.ts";

/** How the recommended design differs from a known device when both serve the same requests. */
export interface Confirmation {
  readonly device: string;
  readonly result: ResultName;
  /** Recommended less device, by a replay of all requests. */
  readonly difference: number;
  /** On the mean of that difference over sections of the requests, each of them served by both. */
  readonly interval: ConfidenceInterval;
  /** The device's mean over the sections. */
  readonly deviceMean: number;
  readonly sections: number;
  /** Sections in which the recommended design is better. */
  readonly better: number;
}

/** Asked of every search beside its objectives. */
const ALWAYS: readonly ResultName[] = ["goodput_at_slo_rps", "goodput_per_mm2"];

/**
 * Compares a design with a device section by section: what makes one stretch of the requests harder than another makes it so
 * for both, and drops out of the differences. Results that no request changes (area, price) have none, and neither have
 * requests too few to make sections of.
 */
export function confirmationsOf(
  { list }: Objectives,
  recommended: Evaluation,
  device: string,
  against: Evaluation,
): Confirmation[] {
  if (recommended.kind === "refused" || against.kind === "refused") return [];
  const results = new Set([...list.map(({ result }) => result), ...ALWAYS]);
  return [...results].flatMap((result): Confirmation[] => {
    const whole = pairOf(result, recommended.results, against.results);
    const pairs = (recommended.sections ?? []).map((section, i) =>
      pairOf(result, section, against.sections?.[i]),
    );
    if (whole === undefined || pairs.length < 2 || !pairs.every((pair) => pair !== undefined)) return [];
    const differences = Float64Array.from(pairs, ([own, other]) => own - other);
    if (pairs.every(([own, other]) => own === pairs[0]![0] && other === pairs[0]![1])) return [];
    const isBetter = (difference: number) =>
      RESULTS[result].better === "higher" ? difference > 0 : difference < 0;
    return [
      {
        ...{ device, result, difference: whole[0] - whole[1], interval: meanInterval(differences) },
        deviceMean: pairs.reduce((sum, [, other]) => sum + other, 0) / pairs.length,
        sections: pairs.length,
        better: differences.filter(isBetter).length,
      },
    ];
  });
}

function pairOf(
  result: ResultName,
  own: Results,
  other: Results | undefined,
): readonly [number, number] | undefined {
  const [a, b] = [own[result], other?.[result] ?? null];
  return a === null || b === null ? undefined : [a, b];
}
