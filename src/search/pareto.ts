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
  return [...ranks(items)];
}

/**
 * The same, worked out rank by rank as far as they are asked for. Constraint domination orders what may not be built by its
 * excess, after all that may; of the latter what has no scores comes last.
 */
function* ranks(items: readonly Judged[]): Generator<number[], void> {
  const all = items.map((_, i) => i);
  const within = all.filter((i) => !(items[i]!.violation > 0));
  yield* scoredRanks(
    items,
    within.filter((i) => items[i]!.scores !== undefined),
  );
  const unscored = within.filter((i) => items[i]!.scores === undefined);
  if (unscored.length > 0) yield unscored;
  const beyond = new Map<number, number[]>();
  for (const i of all) {
    const { violation } = items[i]!;
    if (!(violation > 0)) continue;
    const equal = beyond.get(violation);
    if (equal === undefined) beyond.set(violation, [i]);
    else equal.push(i);
  }
  for (const [, equal] of [...beyond].sort(([a], [b]) => a - b)) yield equal;
}

/** Ranks by scores alone. Sorted by them, what dominates a design comes before it: the rank so far tells whether it belongs. */
function* scoredRanks(items: readonly Judged[], indices: readonly number[]): Generator<number[], void> {
  const scoresOf = (i: number) => items[i]!.scores!;
  let left = [...indices].sort((a, b) => lexicographic(scoresOf(a), scoresOf(b)));
  while (left.length > 0) {
    const rank: number[] = [];
    const others: number[] = [];
    for (const i of left) {
      const own = scoresOf(i);
      (rank.some((j) => dominates(scoresOf(j), own)) ? others : rank).push(i);
    }
    yield rank.sort((a, b) => a - b);
    left = others;
  }
}

function lexicographic(a: Scores, b: Scores): number {
  for (let i = 0; i < a.length; i++) if (a[i]! !== b[i]!) return a[i]! - b[i]!;
  return 0;
}

/** Indices of what nothing else dominates, in order. */
export function paretoFront(scores: readonly Scores[]): number[] {
  return scores.flatMap((own, i) => (scores.some((other) => dominates(other, own)) ? [] : [i]));
}

/**
 * Indices of so many scores that stand apart: those that are best in one objective, then one after the other the one that is
 * furthest from all chosen, each objective scaled to its span.
 */
export function spreadOut(scores: readonly Scores[], count: number): number[] {
  const objectives = scores[0]?.length ?? 0;
  const columns = Array.from({ length: objectives }, (_, i) => scores.map((own) => own[i]!));
  const spans = columns.map((column) => Math.max(...column) - Math.min(...column) || 1);
  const chosen: number[] = [];
  const distance = new Float64Array(scores.length).fill(Infinity);
  const choose = (index: number) => {
    chosen.push(index);
    for (let i = 0; i < scores.length; i++) {
      let squares = 0;
      for (let k = 0; k < objectives; k++)
        squares += ((scores[i]![k]! - scores[index]![k]!) / spans[k]!) ** 2;
      distance[i] = Math.min(distance[i]!, squares);
    }
  };
  const best = columns.map((column) => column.indexOf(Math.min(...column)));
  for (const index of new Set(best)) if (chosen.length < count) choose(index);
  while (chosen.length < Math.min(count, scores.length)) {
    const open = scores.flatMap((_, i) => (chosen.includes(i) ? [] : [i]));
    choose(open.reduce((furthest, i) => (distance[i]! > distance[furthest]! ? i : furthest)));
  }
  return chosen;
}

/** The best `count` by rank, within a rank those first that stand apart; what has no scores comes last in its rank. */
export function selectBest(items: readonly Judged[], count: number): number[] {
  const chosen: number[] = [];
  for (const front of ranks(items)) {
    const scored = front.filter((i) => items[i]!.scores !== undefined);
    const scores = scored.map((i) => items[i]!.scores!);
    const apart = spreadOut(scores, count - chosen.length).map((place) => scored[place]!);
    const others = front.filter((i) => items[i]!.scores === undefined);
    chosen.push(...[...apart, ...others].slice(0, count - chosen.length));
    if (chosen.length >= count) break;
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
