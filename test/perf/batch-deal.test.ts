import fc from "fast-check";
import { expect, test } from "vitest";
import { BatchDeal } from "../../src/perf/batch-deal.ts";
import { StepShape } from "../../src/perf/step-cost.ts";

const stages = fc.integer({ min: 1, max: 8 });
const chunks = fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 6 });

function shapeOf(decodes: number, newTokens: readonly number[]): StepShape {
  const shape = new StepShape(0, 6);
  shape.decodeSequences = decodes;
  shape.logitSequences = decodes + newTokens.length;
  for (const tokens of newTokens) shape.addChunk(tokens, 0);
  return shape;
}

test("on one device the fullest device has everything", () => {
  fc.assert(
    fc.property(fc.nat(500), chunks, (decodes, newTokens) => {
      const deal = new BatchDeal(1, 1);
      deal.ofStep(shapeOf(decodes, newTokens));
      const prompt = newTokens.reduce((sum, tokens) => sum + tokens, 0);
      expect(deal).toMatchObject({ decodes, tokens: decodes + prompt, stageTokens: decodes + prompt });
      expect(deal.logits).toBe(decodes + newTokens.length);
    }),
  );
});

test("the fullest device has at least its share, a whole chunk, and no more than there is", () => {
  fc.assert(
    fc.property(stages, stages, fc.nat(500), chunks, (microBatches, groups, decodes, newTokens) => {
      const deal = new BatchDeal(microBatches, groups);
      deal.ofStep(shapeOf(decodes, newTokens));
      const total = decodes + newTokens.reduce((sum, tokens) => sum + tokens, 0);
      expect(deal.tokens).toBeGreaterThanOrEqual(total / (microBatches * groups));
      expect(deal.tokens).toBeGreaterThanOrEqual(Math.max(0, ...newTokens));
      expect(deal.tokens).toBeLessThanOrEqual(deal.stageTokens);
      expect(deal.stageTokens).toBeLessThanOrEqual(total);
    }),
  );
});

test("decodes alone are dealt as in any other step", () => {
  fc.assert(
    fc.property(stages, stages, fc.integer({ min: 1, max: 500 }), (microBatches, groups, decodes) => {
      const [alone, step] = [new BatchDeal(microBatches, groups), new BatchDeal(microBatches, groups)];
      alone.ofDecodes(decodes);
      step.ofStep(shapeOf(decodes, []));
      const { tokens, logits, stageTokens, decodeShare } = step;
      expect(alone).toMatchObject({ decodes: step.decodes, tokens, logits, stageTokens, decodeShare });
    }),
  );
});
