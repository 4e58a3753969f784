import type { Cluster } from "../cluster.ts";
import type { PrefixCacheMetrics, RunMetrics } from "../result.ts";

/** What requests found in the caches of all replicas; nothing where no replica has one. */
export function prefixCacheOf({ replicas }: Cluster): Pick<RunMetrics, "prefixCache"> {
  const caches = replicas.flatMap(({ cache }) => (cache === undefined ? [] : [cache]));
  if (caches.length === 0) return {};
  const sum = (amount: (cache: (typeof caches)[number]) => number) =>
    caches.reduce((total, cache) => total + amount(cache), 0);
  return {
    prefixCache: {
      queriedTokens: sum((cache) => cache.queriedTokens),
      hitTokens: sum((cache) => cache.hitTokens),
      queriedBlocks: sum((cache) => cache.queriedBlocks),
      hitBlocks: sum((cache) => cache.hitBlocks),
      resumedTokens: sum((cache) => cache.reusedTokens - cache.hitTokens),
      evictedBlocks: sum((cache) => cache.store.evictedBlocks),
      tiers: tiersOf(caches.map(({ tiers }) => tiers)),
      loadSeconds: sum((cache) => cache.loadedSeconds),
    },
  };
}

type Tiers = NonNullable<Cluster["replicas"][number]["cache"]>["tiers"];

/** Tiers of equal names, over all replicas. */
function tiersOf(ofReplicas: readonly Tiers[]): PrefixCacheMetrics["tiers"] {
  const byName = new Map<string, { storedBlocks: number; loadedBlocks: number; lostBlocks: number }>();
  for (const tier of ofReplicas.flat()) {
    const total = byName.get(tier.config.name) ?? { storedBlocks: 0, loadedBlocks: 0, lostBlocks: 0 };
    total.storedBlocks += tier.storedBlocks;
    total.loadedBlocks += tier.loadedBlocks;
    total.lostBlocks += tier.lostBlocks;
    byName.set(tier.config.name, total);
  }
  return [...byName].map(([name, total]) => ({ name, ...total }));
}
