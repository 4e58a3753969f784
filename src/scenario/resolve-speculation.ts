import { InputError, type InputProblem } from "../core/errors.ts";
import type { EngineConfig } from "../serving/config.ts";
import { CHUNK_BY_CHUNK_SCHEDULERS } from "../serving/scheduler-config.ts";
import type { Located, Path } from "./located.ts";
import { problemAt } from "./problems.ts";
import type { SystemInput } from "./schema.ts";

/**
 * How replicas draft tokens; undefined where they do not.
 * @throws InputError for a policy that cannot, or a budget that does not hold a verification of every sequence
 */
export function resolveSpeculation(
  root: Located,
  { speculative, scheduler, max_num_seqs: sequences, max_num_batched_tokens: budget }: SystemInput["serving"],
  seed: number,
): EngineConfig["speculation"] {
  if (speculative === undefined) return undefined;
  const refuse = (path: Path, problem: Partial<InputProblem> & { message: string }) =>
    new InputError(problemAt(root, ["serving", "speculative", ...path], problem));
  const {
    num_speculative_tokens: tokens,
    acceptance_rate: acceptanceRate,
    draft_cost: draftCost,
  } = speculative;
  if (!CHUNK_BY_CHUNK_SCHEDULERS.has(scheduler.policy)) {
    throw refuse([], {
      message: `${scheduler.policy} is not modelled with drafts`,
      accepted: [...CHUNK_BY_CHUNK_SCHEDULERS],
    });
  }
  if (sequences * (tokens + 1) > budget) {
    throw refuse(["num_speculative_tokens"], {
      message: `${sequences} sequences of ${tokens + 1} tokens each do not fit in a step of ${budget}:`,
      found: tokens,
      expected: "fewer, a smaller max_num_seqs, or a larger max_num_batched_tokens",
    });
  }
  return { tokens, acceptanceRate, draftCost, seed };
}
