import { fullSeconds } from "./phase-times.ts";
import { tokenSecondsBeside } from "./prefill-server.ts";
import type { SystemModel } from "./system-model.ts";

/** What ends the growth of the load: prompts fill every step, the sequences or the KV cache of a replica are all taken. */
export type LoadLimit = "token budget" | "max_num_seqs" | "KV cache";

/** The largest rate that a system can keep up with. */
export interface Saturation {
  /** Requests a second, over all replicas. */
  readonly ratePerSecond: number;
  readonly limit: LoadLimit;
  /** Sequences that decode on a replica there. */
  readonly batch: number;
}

/**
 * Flow balance in overload. Where each step uses its whole budget B, prompts of mean length P and answers of mean length
 * O share its tokens as P : O - 1. Where the seats are taken before that, an answer that ends admits a prompt.
 */
export function saturationOf(model: SystemModel): Saturation {
  const { times, traffic, replicas, decodeTokens, kvSequences } = model;
  const prompt = traffic.meanPromptTokens;
  const balanced = (times.budget * decodeTokens) / (prompt + decodeTokens);
  if (balanced <= times.maxBatch) {
    const beside = times.promptsBeside(balanced);
    const perReplica = beside.budget / prompt / fullSeconds(beside);
    return { ratePerSecond: replicas * perReplica, limit: "token budget", batch: balanced };
  }
  const seats = times.maxBatch;
  return {
    ratePerSecond: replicas * rateOfFullSeats(model, seats),
    limit: kvSequences < seats + 1 ? "KV cache" : "max_num_seqs",
    batch: seats,
  };
}

/** The rate per replica at which all seats are always taken: x such that x · tokens · T(seats, x) = seats. */
function rateOfFullSeats(model: SystemModel, seats: number): number {
  const { times, decodeTokens } = model;
  const beside = times.promptsBeside(seats);
  const sequences = (rate: number) => rate * decodeTokens * tokenSecondsBeside(beside, rate);
  let low = 0;
  let high = seats / (decodeTokens * beside.decodeSeconds);
  for (let i = 0; i < 20; i++) {
    const middle = (low + high) / 2;
    if (sequences(middle) < seats) low = middle;
    else high = middle;
  }
  return low;
}
