/** "a100" means "a100-80gb" rather than "h100"; one or two letters begin too many names to mean one. */
const SHORTEST_BEGINNING = 3;

/**
 * The accepted name nearest to what was written, ignoring case: one that it begins, else the first by edit distance
 * with adjacent transpositions (optimal string alignment); undefined when nothing is near enough to be a likely slip.
 */
export function nearestName(written: string, accepted: readonly string[]): string | undefined {
  const target = written.toLowerCase();
  if (target.length >= SHORTEST_BEGINNING) {
    const begun = accepted.find((name) => name.toLowerCase().startsWith(target));
    if (begun !== undefined) return begun;
  }
  let best: string | undefined;
  let bestDistance = Math.min(target.length, Math.max(3, Math.floor(target.length * 0.4) + 1));
  for (const name of accepted) {
    if (Math.abs(target.length - name.length) >= bestDistance) continue;
    const distance = editDistance(target, name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(previous[j]! + 1, current[j - 1]! + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforePrevious[j - 2]! + 1);
      }
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}
