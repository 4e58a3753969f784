import type { PromptBlocks } from "../../workload/request.ts";

/** No block comes before. */
const NONE = -1;

/**
 * Gives every block of every prompt a number that stands for it and all before it: equal numbers exactly where equal
 * blocks follow equal ones. Traces that hash a block together with what precedes it (Mooncake) say so already; others
 * may list the same block after different ones. Parallel to `ids`.
 */
export function internChains({ offsets, ids }: PromptBlocks): Int32Array {
  const chains = new Int32Array(ids.length);
  /** By the id of a block: its chain and what came before it, for the first such chain; the others by predecessor. */
  const first = new Map<number, number>();
  const others = new Map<number, Map<number, number>>();
  const before: number[] = [];
  for (let row = 0; row + 1 < offsets.length; row++) {
    let previous = NONE;
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) {
      const id = ids[i]!;
      let chain = first.get(id);
      if (chain === undefined) {
        chain = before.push(previous) - 1;
        first.set(id, chain);
      } else if (before[chain] !== previous) {
        chain = chainAmong(others, id, previous) ?? remember(others, id, previous, before);
      }
      chains[i] = chain;
      previous = chain;
    }
  }
  return chains;
}

type ChainsById = Map<number, Map<number, number>>;

function chainAmong(others: ChainsById, id: number, previous: number): number | undefined {
  return others.get(id)?.get(previous);
}

function remember(others: ChainsById, id: number, previous: number, before: number[]): number {
  const chain = before.push(previous) - 1;
  const byPrevious = others.get(id) ?? new Map<number, number>();
  others.set(id, byPrevious.set(previous, chain));
  return chain;
}
