import type { RunMetrics } from "../serving/result.ts";

/** Share (0..1) of the prompt tokens that requests found in the cache; null where nothing is shared or asked for. */
export function prefixHitRate({ prefixCache }: RunMetrics): number | null {
  if (prefixCache === undefined || prefixCache.queriedTokens === 0) return null;
  return prefixCache.hitTokens / prefixCache.queriedTokens;
}
