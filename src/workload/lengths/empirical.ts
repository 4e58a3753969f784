import { InputError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";
import { MOST_TOKENS, requireCount, requireNotNegative, requirePositive } from "../checks.ts";

/** Exactly these lengths, each with a probability in proportion to its weight (all equal without weights). */
export interface EmpiricalLengths {
  readonly kind: "empirical";
  readonly values: readonly number[];
  readonly weights?: readonly number[] | undefined;
}

/** @throws InputError without values, with a length or weight out of range, or when their numbers differ */
export function createEmpiricalSampler(spec: EmpiricalLengths, random: Random, key: string): () => number {
  const { values, weights } = spec;
  if (values.length === 0) throw new InputError({ key: `${key}.values`, message: "no lengths given" });
  if (weights !== undefined && weights.length !== values.length) {
    throw new InputError({
      key: `${key}.weights`,
      message: `there are ${weights.length} weights for ${values.length} values`,
      expected: "one weight for each value",
    });
  }
  const cumulative = new Float64Array(values.length);
  let total = 0;
  values.forEach((value, i) => {
    requireCount(`${key}.values[${i}]`, value, MOST_TOKENS);
    const weight = weights === undefined ? 1 : weights[i]!;
    requireNotNegative(`${key}.weights[${i}]`, weight);
    total += weight;
    cumulative[i] = total;
  });
  requirePositive(`sum of ${key}.weights`, total);
  return () => values[firstAbove(cumulative, random() * total)]!;
}

/** Index of the first entry greater than `target`, among ascending entries of which the last one is. */
function firstAbove(ascending: Float64Array, target: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
