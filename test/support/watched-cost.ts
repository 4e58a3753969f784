import { DecodeRamp, type StepCost, type StepUse } from "../../src/perf/step-cost.ts";

/** A step as it was priced, or decode steps that passed one after the other. */
export interface WatchedStep {
  readonly decodeSequences: number;
  /** New tokens of each chunk, and tokens computed before it. */
  readonly chunks: readonly (readonly [newTokens: number, contextTokens: number])[];
  /** Of the last, the longest one. */
  readonly seconds: number;
  readonly repeats: number;
}

/** A step cost that remembers what it was asked to price. */
export interface WatchedCost {
  readonly cost: StepCost;
  /** Steps that were part of the run: those whose account was charged at its end, in order for each replica. */
  readonly steps: () => WatchedStep[];
}

export function watchCost(cost: StepCost): WatchedCost {
  const byUse = new Map<StepUse, WatchedStep[]>();
  const charged = new Set<StepUse>();
  return {
    cost: {
      ...cost,
      openUse() {
        const use = cost.openUse();
        byUse.set(use, []);
        return use;
      },
      step(shape, use) {
        const seconds = cost.step(shape, use);
        const chunks = Array.from({ length: shape.chunkCount }, (_, i) => {
          return [shape.chunkNewTokens[i]!, shape.chunkContextTokens[i]!] as const;
        });
        byUse.get(use)!.push({ decodeSequences: shape.decodeSequences, chunks, seconds, repeats: 1 });
        return seconds;
      },
      useRamp(shape, windowGrowth, steps, use) {
        const ramp = new DecodeRamp();
        cost.decodeRamp(shape, windowGrowth, ramp);
        byUse.get(use)!.push({
          decodeSequences: shape.decodeSequences,
          chunks: [],
          seconds: ramp.seconds + (steps - 1) * ramp.secondsPerStep,
          repeats: steps,
        });
        cost.useRamp(shape, windowGrowth, steps, use);
      },
      charges(use) {
        charged.add(use);
        return cost.charges(use);
      },
    },
    steps: () => [...byUse].flatMap(([use, steps]) => (charged.has(use) ? steps : [])),
  };
}

/** Tokens that a step computes. */
export function tokensOf({ decodeSequences, chunks }: WatchedStep): number {
  return chunks.reduce((sum, [tokens]) => sum + tokens, decodeSequences);
}
