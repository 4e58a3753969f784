import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KvPool } from "../../../src/serving/kv-pool.ts";
import { createTiers } from "../../../src/serving/prefix-cache/block-tier.ts";
import { PrefixCache } from "../../../src/serving/prefix-cache/prefix-cache.ts";
import { PromptPaths } from "../../../src/serving/prefix-cache/prompt-paths.ts";
import { RequestDraft, type PromptBlocks } from "../../../src/workload/request.ts";
import { NaivePrefixCache } from "../../support/naive-prefix-cache.ts";

const BLOCK_TOKENS = 5;

/** Prompts of a trace that tells their blocks; children continue the prompts of others. */
const drawnBlocks: fc.Arbitrary<number[][]> = fc
  .array(fc.tuple(fc.nat(), fc.nat(4), fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 6 })
  .map((draws) => {
    const prompts: number[][] = [];
    let next = 0;
    for (const [parent, kept, added] of draws) {
      const from = prompts.length === 0 ? [] : prompts[parent % prompts.length]!.slice(0, kept);
      prompts.push([...from, ...Array.from({ length: added }, () => next++)]);
    }
    return prompts;
  });

function blocksOf(prompts: readonly number[][]): PromptBlocks {
  const offsets = [0];
  for (const prompt of prompts) offsets.push(offsets.at(-1)! + prompt.length);
  return {
    blockTokens: BLOCK_TOKENS,
    offsets: Int32Array.from(offsets),
    ids: Int32Array.from(prompts.flat()),
  };
}

const drawnRequest = fc.record({
  kind: fc.constantFrom("blocks", "conversation", "alone"),
  pick: fc.nat(),
  cut: fc.nat(BLOCK_TOKENS - 1),
  system: fc.constantFrom(0, 0, 4, 7),
  input: fc.integer({ min: 1, max: 25 }),
  output: fc.integer({ min: 1, max: 12 }),
  conversation: fc.nat(1),
});
type Drawn = typeof drawnRequest extends fc.Arbitrary<infer T> ? T : never;

/** A request as the cache knows it, and the tokens that it stands for, one by one. */
function describeRequest(row: number, drawn: Drawn, prompts: readonly number[][]) {
  const draft = new RequestDraft();
  const tokens: string[] = [];
  let alone = `r${row}`;
  if (drawn.kind === "blocks") {
    const blockRow = drawn.pick % prompts.length;
    const prompt = prompts[blockRow]!;
    draft.blockRow = blockRow;
    draft.inputTokens = prompt.length * BLOCK_TOKENS - drawn.cut;
    for (let i = 0; i < draft.inputTokens; i++) tokens.push(`b${prompt[Math.floor(i / BLOCK_TOKENS)]!}:${i}`);
  } else {
    draft.systemPromptTokens = drawn.system;
    draft.systemPromptId = drawn.system === 0 ? -1 : drawn.system;
    draft.inputTokens = drawn.system + drawn.input;
    for (let i = 0; i < drawn.system; i++) tokens.push(`s${drawn.system}:${i}`);
    if (drawn.kind === "conversation") {
      draft.conversationId = 10 * drawn.system + drawn.conversation;
      alone = `c${draft.conversationId}`;
    }
  }
  draft.outputTokens = drawn.output;
  while (tokens.length < draft.inputTokens + drawn.output) tokens.push(`${alone}:${tokens.length}`);
  return { draft, tokens: tokens.map(hash) };
}

const numbers = new Map<string, number>();
function hash(token: string): number {
  if (!numbers.has(token)) numbers.set(token, numbers.size);
  return numbers.get(token)!;
}

interface Running {
  readonly row: number;
  readonly tokens: readonly number[];
  readonly prompt: number;
  computed: number;
  blocks: number;
}

test("runs of blocks behave as single blocks do, whoever comes, computes and goes", () => {
  const seen = { hits: 0, evicted: 0, shared: 0, loaded: 0 };
  fc.assert(
    fc.property(
      fc.integer({ min: 4, max: 30 }),
      fc.constantFrom(1, 2, 3, 7),
      fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 2 }),
      drawnBlocks,
      fc.array(drawnRequest, { minLength: 3, maxLength: 14 }),
      fc.array(fc.tuple(fc.nat(2), fc.nat(), fc.integer({ min: 1, max: 9 })), {
        minLength: 20,
        maxLength: 100,
      }),
      (capacity, blockSize, tierBlocks, prompts, drawnList, operations) => {
        const pool = new KvPool(capacity, blockSize);
        const paths = new PromptPaths(blocksOf(prompts));
        const tiers = createTiers(
          {
            tiers: tierBlocks.map((blocks) => ({ name: "tier", blocks, secondsPerBlock: 0.5 })),
            load: "always",
          },
          0,
        );
        const cache = new PrefixCache(pool, paths, tiers);
        const naive = new NaivePrefixCache(capacity, blockSize, tierBlocks);
        const requests = drawnList.map((drawn, row) => {
          const described = describeRequest(row, drawn, prompts);
          paths.append(row, described.draft);
          return { row, ...described };
        });
        const running: Running[] = [];
        /** Computes up to `to` tokens of a request if the blocks are there. */
        const compute = (of: Running, to: number) => {
          const needed = pool.blocksFor(to) - of.blocks;
          if (needed > pool.freeBlocks) return;
          pool.take(needed);
          naive.take(of.row, needed);
          of.blocks += needed;
          of.computed = to;
          // Blocks of answers become known when their request goes.
          if (to > of.prompt) return;
          cache.extend(of.row, to);
          naive.computed(of.row, of.tokens.slice(0, to));
        };
        const release = (of: Running) => {
          expect(cache.blocksHeldAlone(of.row, of.blocks) >= 0).toBe(true);
          naive.computed(of.row, of.tokens.slice(0, of.computed));
          cache.release(of.row, of.blocks, of.computed);
          naive.release(of.row);
          running.splice(running.indexOf(of), 1);
        };
        for (const [kind, pick, amount] of operations) {
          const idle = requests.filter(({ row }) => running.every((of) => of.row !== row));
          if (kind === 0 && idle.length > 0) {
            const { row, tokens, draft } = idle[pick % idle.length]!;
            const prompt = tokens.slice(0, draft.inputTokens);
            cache.match(row, prompt.length);
            const { matchedBlocks: blocks, matchedHeldBlocks: held, loadableBlocks: loadable } = cache;
            expect({ blocks, held, loadable }).toEqual(naive.match(prompt));
            expect(cache.loadSeconds).toBe(0.5 * loadable);
            if (blocks - held + loadable > pool.freeBlocks) continue;
            cache.admit(row, prompt.length);
            naive.admit(row, prompt);
            seen.hits += blocks;
            seen.shared += held;
            seen.loaded += loadable;
            const computed = blocks * blockSize;
            const of = { row, tokens, prompt: prompt.length, computed, blocks };
            if (loadable > 0) compute(of, computed + loadable * blockSize);
            running.push(of);
            compute(of, Math.min(of.prompt, of.computed + amount));
          } else if (kind === 1 && running.length > 0) {
            const of = running[pick % running.length]!;
            compute(
              of,
              Math.min(of.computed < of.prompt ? of.prompt : of.tokens.length - 1, of.computed + amount),
            );
          } else if (kind === 2 && running.length > 0) {
            release(running[pick % running.length]!);
          }
          expect(pool.freeBlocks).toBe(naive.freeBlocks);
          // Not every time: counting settles what the cache otherwise puts off.
          if (amount > 3) continue;
          expect(cache.store.countFree()).toBe(pool.freeBlocks);
          expect(cache.store.evictedBlocks).toBe(naive.evicted);
          expect(tiers.map((tier) => tier.blocks)).toEqual(naive.tiers.map(({ length }) => length));
          for (const of of running) {
            expect(cache.blocksHeldAlone(of.row, of.blocks)).toBe(naive.heldAlone(of.row));
          }
        }
        while (running.length > 0) release(running[0]!);
        expect(pool.usedBlocks).toBe(0);
        expect(cache.store.cachedBlocks).toEqual({
          held: 0,
          free: naive.cachedContents.length,
          references: 0,
        });
        seen.evicted += naive.evicted;
      },
    ),
    { numRuns: 2000 },
  );
  // The property would hold emptily if nothing were ever found, shared or displaced.
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(500);
});

describe("one block of the pool is left", () => {
  test("for the last token of a prompt that is known to its end", () => {
    const paths = new PromptPaths(undefined);
    const cache = new PrefixCache(new KvPool(10, 4), paths);
    const draft = Object.assign(new RequestDraft(), { inputTokens: 8, conversationId: 0 });
    paths.append(0, draft);
    paths.append(1, draft);
    cache.match(0, 8);
    cache.admit(0, 8);
    cache.extend(0, 8);
    cache.match(1, 8);
    expect(cache.matchedBlocks).toBe(1);
    cache.match(1, 9);
    expect(cache.matchedBlocks).toBe(2);
  });
});
