import type { Scores } from "./objectives.ts";

interface Judged {
  readonly violation: number;
  readonly scores: Scores | undefined;
}

/** Whether scores are nowhere worse and somewhere better. */
export function dominates(a: Scores, b: Scores): boolean {
  let better = false;
  for (let i = 0; i < a.length; i++) {
    if (a[i]! > b[i]!) return false;
    if (a[i]! < b[i]!) better = true;
  }
  return better;
}

/**
 * Constraint domination (Deb et al., "A fast and elitist multiobjective genetic algorithm: NSGA-II", 2002): of two designs
 * the one that may be built; of two that may not, the one that is less far off; of two that may, by scores.
 */
export function constraintDominates(a: Judged, b: Judged): boolean {
  if (a.violation > 0 || b.violation > 0) return a.violation < b.violation;
  if (a.scores === undefined || b.scores === undefined) return a.scores !== undefined;
  return dominates(a.scores, b.scores);
}

/** Indices by rank: first those that nothing dominates, then those that only these dominate, and so on. */
export function rankFronts(items: readonly Judged[]): number[][] {
  const beaten = items.map((): number[] => []);
  const beatenBy = new Int32Array(items.length);
  for (let i = 0; i < items.length; i++) {
    for (let j = i + 1; j < items.length; j++) {
      if (constraintDominates(items[i]!, items[j]!)) {
        beaten[i]!.push(j);
        beatenBy[j]!++;
      } else if (constraintDominates(items[j]!, items[i]!)) {
        beaten[j]!.push(i);
        beatenBy[i]!++;
      }
    }
  }
  const fronts: number[][] = [];
  let front = items.flatMap((_, i) => (beatenBy[i] === 0 ? [i] : []));
  while (front.length > 0) {
    fronts.push(front);
    front = front.flatMap((i) => beaten[i]!.filter((j) => --beatenBy[j]! === 0)).sort((a, b) => a - b);
  }
  return fronts;
}

/** Indices of what nothing else dominates, in order. */
export function paretoFront(scores: readonly Scores[]): number[] {
  return scores.flatMap((own, i) => (scores.some((other) => dominates(other, own)) ? [] : [i]));
}

/** How far apart each one's neighbours on a front are, in all scores together; Infinity at the ends (NSGA-II). */
export function crowdingDistances(scores: readonly Scores[]): Float64Array {
  const distances = new Float64Array(scores.length);
  const objectives = scores[0]?.length ?? 0;
  for (let objective = 0; objective < objectives; objective++) {
    const order = scores.map((_, i) => i).sort((a, b) => scores[a]![objective]! - scores[b]![objective]!);
    const at = (place: number) => scores[order[place]!]![objective]!;
    const span = at(order.length - 1) - at(0);
    distances[order[0]!] = Infinity;
    distances[order[order.length - 1]!] = Infinity;
    if (!(span > 0)) continue;
    for (let place = 1; place < order.length - 1; place++) {
      distances[order[place]!]! += (at(place + 1) - at(place - 1)) / span;
    }
  }
  return distances;
}

/** The best `count` by rank, within the last rank those that stand most apart; in that order. */
export function selectBest(items: readonly Judged[], count: number): number[] {
  const chosen: number[] = [];
  for (const front of rankFronts(items)) {
    if (chosen.length >= count) break;
    const distances = crowdingDistances(front.map((i) => items[i]!.scores ?? []));
    const order = front.map((_, place) => place).sort((a, b) => distances[b]! - distances[a]! || a - b);
    chosen.push(...order.slice(0, count - chosen.length).map((place) => front[place]!));
  }
  return chosen;
}

/**
 * Volume of what the scores dominate within a reference point (minimisation), by slices along the last score; exact.
 */
export function hypervolume(scores: readonly Scores[], reference: Scores): number {
  const inside = scores.filter((own) => own.every((score, i) => score < reference[i]!));
  if (inside.length === 0) return 0;
  const last = reference.length - 1;
  if (last === 0) return reference[0]! - Math.min(...inside.map(([score]) => score!));
  const sorted = [...inside].sort((a, b) => a[last]! - b[last]!);
  let volume = 0;
  for (let i = 0; i < sorted.length; i++) {
    const depth = (sorted[i + 1]?.[last] ?? reference[last]!) - sorted[i]![last]!;
    if (depth <= 0) continue;
    const flat = sorted.slice(0, i + 1).map((own) => own.slice(0, last));
    volume += depth * hypervolume(flat, reference.slice(0, last));
  }
  return volume;
}
