import { randomStream } from "../core/random.ts";
import type { RequestTable } from "./request.ts";
import { clipLengths } from "./transforms/clip-lengths.ts";
import { replicate } from "./transforms/replicate.ts";
import { scaleRate } from "./transforms/rate-scale.ts";
import { selectFirst, selectTimeWindow } from "./transforms/selection.ts";
import { shuffle } from "./transforms/shuffle.ts";

/** A change to a trace, as plain data; times in seconds on the trace's clock, lengths in tokens. */
export type TransformSpec =
  | {
      readonly kind: "rate-scale";
      /** 2 sends twice as many requests a second. */
      readonly factor: number;
    }
  | {
      readonly kind: "time-window";
      /** Inclusive. Arrivals keep their place on the trace's clock. */
      readonly startSeconds: number;
      /** Exclusive. */
      readonly endSeconds: number;
    }
  | { readonly kind: "first"; readonly requests: number }
  | {
      readonly kind: "clip-lengths";
      readonly maxInputTokens?: number | undefined;
      readonly maxOutputTokens?: number | undefined;
    }
  | { readonly kind: "shuffle" }
  | {
      readonly kind: "replicate";
      /** Times each request is sent, the first included. */
      readonly copies: number;
    };

/** What was done to a trace, for the record of a run. */
export interface TransformRecord {
  readonly transform: TransformSpec;
  readonly requestsBefore: number;
  readonly requestsAfter: number;
}

/**
 * Applies the transforms one after the other, each with a random stream of its own.
 * @throws InputError for a parameter out of range, or when no request is left
 */
export function applyTransforms(
  table: RequestTable,
  specs: readonly TransformSpec[],
  seed: number,
): { readonly table: RequestTable; readonly applied: readonly TransformRecord[] } {
  const applied: TransformRecord[] = [];
  let current = table;
  specs.forEach((transform, i) => {
    const next = applyTransform(current, transform, seed, i);
    applied.push({ transform, requestsBefore: current.length, requestsAfter: next.length });
    current = next;
  });
  return { table: current, applied };
}

function applyTransform(table: RequestTable, spec: TransformSpec, seed: number, index: number): RequestTable {
  switch (spec.kind) {
    case "rate-scale":
      return scaleRate(table, spec.factor);
    case "time-window":
      return selectTimeWindow(table, spec.startSeconds, spec.endSeconds);
    case "first":
      return selectFirst(table, spec.requests);
    case "clip-lengths":
      return clipLengths(table, spec.maxInputTokens, spec.maxOutputTokens);
    case "shuffle":
      return shuffle(table, randomStream(seed, `transform/${index}`));
    case "replicate":
      return replicate(table, spec.copies, randomStream(seed, `transform/${index}`));
  }
}
