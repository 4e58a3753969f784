import fc from "fast-check";
import { expect, test } from "vitest";
import { RESERVING_SCHEDULERS } from "../../../src/serving/scheduler-config.ts";
import { simulate } from "../../../src/serving/simulate.ts";
import { createConversationSource } from "../../../src/workload/clients/conversations.ts";
import { disaggregated } from "../../support/disaggregated.ts";
import { drawnConversations, drawnImpatience, drawnRouting } from "../../support/drawn-clients.ts";
import { CLASSES, drawnClassedRequests, EVERY_SCHEDULER } from "../../support/drawn-policies.ts";
import { sharing, withSharedPrompts } from "../../support/drawn-prompts.ts";
import { drawnRequests, drawnSystems } from "../../support/drawn-systems.ts";
import { BLOCK_TOKENS, listSource, type ListedRequest } from "../../support/list-source.ts";
import { runReferenceEngine } from "../../support/reference-engine.ts";
import { expectClose, expectSameRun } from "../../support/same-run.ts";
import { toyConfig } from "../../support/simulation.ts";

const SHARING = EVERY_SCHEDULER.filter(({ name }) => !RESERVING_SCHEDULERS.has(name));

test.each(SHARING)(
  "jumping gives the run of stepping when requests share prompts under $name",
  ({ systems }) => {
    const seen = { skipped: 0, preempted: 0, hits: 0, resumed: 0, evicted: 0, loaded: 0, lost: 0 };
    fc.assert(
      fc.property(
        withSharedPrompts(drawnClassedRequests),
        sharing(systems),
        fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: drawnImpatience }),
        (requests, drawn, impatience) => {
          const config = toyConfig({ ...drawn, config: { ...drawn.config, ...impatience } });
          const fast = simulate(listSource(requests, CLASSES), { ...config, mode: "fast-forward" });
          const plain = simulate(listSource(requests, CLASSES), { ...config, mode: "step-by-step" });
          expectSameRun(fast, plain);
          const cache = plain.metrics.prefixCache!;
          seen.skipped += fast.effort.stepsSkipped;
          seen.preempted += plain.metrics.kv.preemptions;
          seen.hits += cache.hitBlocks;
          seen.resumed += cache.resumedTokens;
          seen.evicted += cache.evictedBlocks;
          for (const { loadedBlocks, lostBlocks } of cache.tiers) {
            seen.loaded += loadedBlocks;
            seen.lost += lostBlocks;
          }
        },
      ),
      { numRuns: 400 },
    );
    // The property would hold emptily if nothing were found, displaced or brought back.
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(20);
  },
);

test("conversations find what was said before, whoever routes and gives up, in both modes", () => {
  const seen = { hits: 0, evicted: 0, skipped: 0 };
  fc.assert(
    fc.property(
      ...[drawnConversations, drawnImpatience, drawnRouting, sharing(drawnSystems), fc.constantFrom(0, 40)],
      (talk, impatience, routing, drawn, systemPromptTokens) => {
        const config = toyConfig({ ...drawn, config: { ...drawn.config, ...impatience, ...routing } });
        const source = () => createConversationSource({ ...talk, systemPromptTokens }, 7);
        const fast = simulate(source(), { ...config, mode: "fast-forward" });
        const plain = simulate(source(), { ...config, mode: "step-by-step" });
        expectSameRun(fast, plain);
        seen.hits += plain.metrics.prefixCache!.hitBlocks;
        seen.evicted += plain.metrics.prefixCache!.evictedBlocks;
        seen.skipped += fast.effort.stepsSkipped;
      },
    ),
    { numRuns: 600 },
  );
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(300);
});

test("prompts and answers served apart share what they can on both sides, in both modes", () => {
  const seen = { hits: 0, preempted: 0, skipped: 0 };
  fc.assert(
    fc.property(
      ...[withSharedPrompts(drawnClassedRequests), sharing(drawnSystems), drawnImpatience, fc.boolean()],
      (requests, drawn, impatience, waits) => {
        const base = toyConfig({ ...drawn, config: { ...drawn.config, ...(!waits && impatience) } });
        const config = disaggregated(base, { prefill: 2, decode: 2 }, { bytesPerSecond: 3e6 });
        const fast = simulate(listSource(requests, CLASSES), { ...config, mode: "fast-forward" });
        const plain = simulate(listSource(requests, CLASSES), { ...config, mode: "step-by-step" });
        expectSameRun(fast, plain);
        seen.hits += plain.metrics.prefixCache!.hitBlocks;
        seen.preempted += plain.metrics.kv.preemptions;
        seen.skipped += fast.effort.stepsSkipped;
      },
    ),
    { numRuns: 300 },
  );
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(5);
});

test("replicas that fail forget what they cached, in both modes", () => {
  const seen = { hits: 0, restarts: 0 };
  fc.assert(
    fc.property(withSharedPrompts(drawnClassedRequests), sharing(drawnSystems), (requests, drawn) => {
      const failures = {
        requests: "requeue" as const,
        outages: [0.2, 0.9].map((atSeconds) => ({ replica: 0, atSeconds, downSeconds: 0.1 })),
      };
      const config = toyConfig({ ...drawn, config: { ...drawn.config, failures } });
      const fast = simulate(listSource(requests, CLASSES), { ...config, mode: "fast-forward" });
      const plain = simulate(listSource(requests, CLASSES), { ...config, mode: "step-by-step" });
      expectSameRun(fast, plain);
      seen.hits += plain.metrics.prefixCache!.hitBlocks;
      seen.restarts += plain.metrics.availability!.outages;
    }),
    { numRuns: 300 },
  );
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(100);
});

test("the plain loop gives the run of a naive engine with a naive cache, block by block", () => {
  const seen = { cached: 0, preempted: 0 };
  fc.assert(
    fc.property(withSharedPrompts(drawnRequests), drawnSystems, (drawnList, drawn) => {
      const config = toyConfig({
        ...drawn,
        engine: { ...drawn.engine, prefixCaching: { tiers: [], load: "always" } },
        config: { mode: "step-by-step" },
      });
      const { maxModelLen, kvBlocks, blockSize } = config.engine;
      const longest = Math.min(maxModelLen, kvBlocks * blockSize);
      // Two requests of one conversation are never open at the same time.
      const requests = drawnList.filter(
        ({ inputTokens, outputTokens, conversationId }) =>
          conversationId === undefined && inputTokens + outputTokens <= longest,
      );
      const reference = runReferenceEngine(requests, config.engine, config.cost, requests.map(tokensOf));
      const { records } = simulate(listSource(requests), config);
      for (const [row, expected] of reference.entries()) {
        expect(records.preemptions[row], `preemptions of request ${row}`).toBe(expected.preemptions);
        if (expected.preemptions === 0) {
          expect(records.cachedTokens![row], `found by request ${row}`).toBe(expected.cachedTokens);
        }
        expectClose(records.firstTokenSeconds[row]!, expected.firstTokenSeconds, `first token of ${row}`);
        expectClose(records.finishSeconds[row]!, expected.finishSeconds, `finish of ${row}`);
        seen.cached += expected.cachedTokens;
        seen.preempted += expected.preemptions;
      }
    }),
    { numRuns: 300 },
  );
  expect(seen.cached).toBeGreaterThan(10_000);
  expect(seen.preempted).toBeGreaterThan(5);
});

/** Every token of prompt and answer as a number of its own, equal where requests share it. */
function tokensOf(request: ListedRequest, row: number): number[] {
  const { systemPrompt, blocks, inputTokens, outputTokens } = request;
  return Array.from({ length: inputTokens + outputTokens }, (_, i) => {
    const alone = 1e9 + row * 1000 + i;
    if (i >= inputTokens) return alone;
    if (systemPrompt !== undefined && i < systemPrompt.tokens) return systemPrompt.id * 1000 + i;
    const block = blocks?.[Math.floor(i / BLOCK_TOKENS)];
    return block === undefined ? alone : 1e6 + block * BLOCK_TOKENS + (i % BLOCK_TOKENS);
  });
}
