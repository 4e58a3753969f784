import fc from "fast-check";
import type { PrefixCachingConfig } from "../../src/serving/config.ts";
import { BLOCK_TOKENS, type ListedRequest } from "./list-source.ts";
import type { SimulationOverrides } from "./simulation.ts";

const drawnContent = fc.record({
  kind: fc.constantFrom("system", "conversation", "blocks", "blocks", "alone"),
  pick: fc.integer({ min: 0, max: 3 }),
  kept: fc.nat(14),
});

/** Gives requests prompts that begin alike: with a system prompt, a conversation so far, or blocks of earlier ones. */
export function withSharedPrompts(requests: fc.Arbitrary<ListedRequest[]>): fc.Arbitrary<ListedRequest[]> {
  return requests.chain((list) =>
    fc
      .array(drawnContent, { minLength: list.length, maxLength: list.length })
      .map((contents) => list.map((request, i) => ({ ...request, ...contentOf(request, i, contents) }))),
  );
}

function contentOf(
  { inputTokens }: ListedRequest,
  index: number,
  contents: readonly (typeof drawnContent extends fc.Arbitrary<infer T> ? T : never)[],
): Partial<ListedRequest> {
  const { kind, pick, kept } = contents[index]!;
  if (kind === "system")
    return { systemPrompt: { id: pick, tokens: Math.min(inputTokens, 30 * (pick + 1)) } };
  if (kind === "conversation") return { conversationId: pick };
  if (kind === "alone") return {};
  // One of four stems for so many blocks, then blocks of its own.
  const count = Math.ceil(inputTokens / BLOCK_TOKENS);
  return {
    blocks: Array.from({ length: count }, (_, k) => (k < kept ? 100 * pick + k : 1000 * (index + 1) + k)),
  };
}

const drawnTier = fc.record({
  name: fc.constant("tier"),
  blocks: fc.integer({ min: 1, max: 60 }),
  secondsPerBlock: fc.constantFrom(0, 1e-4, 3e-3),
});

export const drawnSharing: fc.Arbitrary<PrefixCachingConfig> = fc.record({
  tiers: fc.array(drawnTier, { maxLength: 2 }),
  load: fc.constantFrom("always", "when-faster"),
});

/** Any system with its requests sharing what they can. */
export function sharing(systems: fc.Arbitrary<SimulationOverrides>): fc.Arbitrary<SimulationOverrides> {
  return fc.tuple(systems, drawnSharing).map(([system, prefixCaching]) => ({
    ...system,
    engine: { ...system.engine, prefixCaching },
  }));
}
