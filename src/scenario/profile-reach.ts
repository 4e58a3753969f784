import type { ProfileGrid } from "../perf/profile/step-profile.ts";
import type { RequestRecords } from "../serving/result.ts";
import type { Replicas, System } from "./scenario.ts";

/**
 * Where a run may have gone beyond the points of its profile, in words: such steps were extrapolated. Judged by the
 * longest request of the run and the largest step that the engine allows.
 */
export function beyondProfile(system: System, records: RequestRecords): string[] {
  const longest = longestRequest(records);
  const kinds: readonly Replicas[] = system.pools ?? [system];
  return [...new Set(kinds.flatMap((replicas) => beyondOne(replicas, longest, records.length)))].map(
    (text) => `${system.name}: ${text}, beyond the profile: extrapolated`,
  );
}

function beyondOne({ profile, engine }: Replicas, longest: Longest, requests: number): string[] {
  if (profile === undefined) return [];
  const { tokens, decode, prefill } = profile;
  const sequences = Math.min(engine.maxNumSeqs, requests);
  const stepTokens = Math.min(engine.maxNumBatchedTokens, requests * longest.prompt);
  const chunk = Math.min(stepTokens, longest.prompt);
  return [
    over("steps of up to", stepTokens, tokens.at.at(-1)!, "tokens"),
    over("batches of up to", sequences, decode.at.at(-1)!, "decoding sequences"),
    over("decodes after up to", longest.context, furthest(decode), "tokens"),
    over("chunks of up to", chunk, prefill.at.at(-1)!, "prompt tokens"),
    over("chunks after up to", longest.prompt - chunk, furthest(prefill), "tokens"),
  ].flat();
}

interface Longest {
  readonly prompt: number;
  readonly context: number;
}

function longestRequest({ length, inputTokens, outputTokens }: RequestRecords): Longest {
  let prompt = 0;
  let context = 0;
  for (let i = 0; i < length; i++) {
    prompt = Math.max(prompt, inputTokens[i]!);
    context = Math.max(context, inputTokens[i]! + outputTokens[i]! - 1);
  }
  return { prompt, context };
}

function over(what: string, reached: number, known: number, unit: string): string[] {
  return reached <= known ? [] : [`${what} ${reached} ${unit} (it ends at ${known})`];
}

/** Context up to which every line of a grid is known. */
function furthest({ lines }: ProfileGrid): number {
  return Math.min(...lines.map(({ at }) => at.at(-1)!));
}
