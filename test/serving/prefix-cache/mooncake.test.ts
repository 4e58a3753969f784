import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { simulate } from "../../../src/serving/simulate.ts";
import { describeTrace } from "../../../src/workload/describe.ts";
import type { RequestTable } from "../../../src/workload/request.ts";
import { createTableSource } from "../../../src/workload/table-source.ts";
import { read } from "../../workload/support.ts";
import { needsShared, sharedPath } from "../../support/needs.ts";
import { toyConfig } from "../../support/simulation.ts";

const BLOCK_TOKENS = 512;

/** Prompts served one after the other from a pool without limits, whose blocks are those of the trace. */
function cacheOf(table: RequestTable, kvBlocks: number) {
  const config = toyConfig({
    engine: {
      ...{ blockSize: BLOCK_TOKENS, maxModelLen: 200_000, maxNumBatchedTokens: 8192, kvBlocks },
      prefixCaching: { tiers: [], load: "always" },
    },
    cost: { secondsPerToken: 1e-6, secondsPerContextToken: 1e-11 },
  });
  const { metrics } = simulate(createTableSource(table), config);
  expect(metrics.audit.filter(({ passed }) => !passed)).toEqual([]);
  expect(metrics.counts.completed).toBe(table.length);
  return metrics.prefixCache!;
}

/** Full blocks that some earlier prompt held in full, counted in the trace alone; never one with a prompt's last token. */
function countHits({ prefixBlocks, inputTokens, length }: RequestTable): number {
  const { offsets, ids } = prefixBlocks!;
  const seen = new Set<number>();
  let hits = 0;
  for (let row = 0; row < length; row++) {
    const blocks = ids.subarray(offsets[row], offsets[row + 1]);
    for (let k = 0; (k + 1) * BLOCK_TOKENS < inputTokens[row]! && seen.has(blocks[k]!); k++) hits++;
    for (let k = 0; (k + 1) * BLOCK_TOKENS <= inputTokens[row]!; k++) seen.add(blocks[k]!);
  }
  return hits;
}

needsShared("traces-real/mooncake-conversation.jsonl")(
  "a pool without limits finds every block of the Mooncake conversations that was there before: 36.6 %",
  () => {
    const { table } = read(readFileSync(sharedPath("traces-real/mooncake-conversation.jsonl"), "utf8"));
    const cache = cacheOf(table, 1e6);
    const { prefix } = describeTrace(table);
    expect(cache.queriedBlocks).toBe(prefix!.blocks);
    expect(cache.hitBlocks).toBe(countHits(table));
    expect(cache.evictedBlocks).toBe(0);
    // Published: 36.6 % of the blocks. It counts last blocks that are not full as well; an engine caches full ones.
    const rate = cache.hitBlocks / cache.queriedBlocks;
    expect(prefix!.hitRateBound).toBeCloseTo(0.3664, 4);
    expect(rate).toBeLessThanOrEqual(prefix!.hitRateBound);
    expect(rate).toBeCloseTo(0.366, 3);
  },
  60_000,
);

test("of the bundled long prompts a pool without limits finds all there is, and a small one never more", () => {
  const { table } = read(
    readFileSync(join(import.meta.dirname, "../../../traces/long-context.jsonl"), "utf8"),
  );
  const hits = [300, 1000, 3000, 10_000, 100_000].map((blocks) => cacheOf(table, blocks).hitBlocks);
  expect(hits.at(-1)).toBe(countHits(table));
  expect(hits).toEqual([...hits].sort((a, b) => a - b));
  expect(hits[0]).toBeLessThan(hits.at(-1)! / 2);
});
