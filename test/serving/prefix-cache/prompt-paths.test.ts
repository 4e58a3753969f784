import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { internChains } from "../../../src/serving/prefix-cache/chains.ts";
import { PromptPaths } from "../../../src/serving/prefix-cache/prompt-paths.ts";
import { RequestDraft, type PromptBlocks } from "../../../src/workload/request.ts";

function blocksOf(prompts: readonly (readonly number[])[]): PromptBlocks {
  const offsets = [0];
  for (const prompt of prompts) offsets.push(offsets.at(-1)! + prompt.length);
  return { blockTokens: 10, offsets: Int32Array.from(offsets), ids: Int32Array.from(prompts.flat()) };
}

test("chains are equal exactly where equal blocks follow equal blocks", () => {
  const prompts = fc.array(fc.array(fc.nat(4), { maxLength: 6 }), { maxLength: 12 });
  fc.assert(
    fc.property(prompts, (drawn) => {
      const blocks = blocksOf(drawn);
      const chains = internChains(blocks);
      const textOf = new Map<number, string>();
      const chainOf = new Map<string, number>();
      drawn.forEach((prompt, row) => {
        prompt.forEach((_, k) => {
          const chain = chains[blocks.offsets[row]! + k]!;
          const text = prompt.slice(0, k + 1).join();
          expect(textOf.get(chain) ?? text).toBe(text);
          expect(chainOf.get(text) ?? chain).toBe(chain);
          textOf.set(chain, text);
          chainOf.set(text, chain);
        });
      });
    }),
  );
});

describe("the path of a request", () => {
  const pathOf = (fields: Partial<RequestDraft>, blocks?: PromptBlocks) => {
    const paths = new PromptPaths(blocks);
    // Beyond the first rows there are, so that they have to grow.
    const row = 5000;
    for (let i = 0; i <= row; i++) paths.append(i, Object.assign(new RequestDraft(), fields));
    return Array.from({ length: paths.count(row) }, (_, i) => ({
      key: paths.keyAt(row, i),
      end: paths.endAt(row, i),
    }));
  };

  test("is one text without an end where nothing is known of it", () => {
    expect(pathOf({ inputTokens: 30 }).map(({ end }) => end)).toEqual([Infinity]);
  });

  test("begins with the system prompt and goes on with the conversation", () => {
    const path = pathOf({
      ...{ inputTokens: 30, systemPromptTokens: 12, systemPromptId: 0 },
      conversationId: 7,
    });
    expect(path.map(({ end }) => end)).toEqual([12, Infinity]);
    expect(new Set(path.map(({ key }) => key)).size).toBe(2);
  });

  test("follows the blocks of the trace as far as the prompt goes", () => {
    const path = pathOf({ inputTokens: 27, blockRow: 1 }, blocksOf([[1, 2], [1, 2, 9]])); // prettier-ignore
    expect(path.map(({ end }) => end)).toEqual([10, 20, 27, Infinity]);
  });
});
