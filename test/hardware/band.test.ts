import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bandOf, defaultsOf, sensitivities, type Band } from "../../src/hardware/band.ts";

const band: fc.Arbitrary<Band> = fc
  .tuple(...[0, 1, 2].map(() => fc.double({ min: 1, max: 10, noNaN: true })))
  .map((values) => {
    const [low, middle, high] = values.sort((a, b) => a - b) as [number, number, number];
    return { low, default: middle, high };
  });
const bands = fc.record({ price: band, area: band, yield: band, unused: band });
const cost = (figures: Record<"price" | "area" | "yield" | "unused", number>) =>
  (figures.price * figures.area) / figures.yield;

describe("bands of uncertain constants", () => {
  test("a figure's band runs from all constants in its favour to all against it", () => {
    fc.assert(
      fc.property(bands, (drawn) => {
        expect(bandOf(drawn, cost)).toEqual({
          low: (drawn.price.low * drawn.area.low) / drawn.yield.high,
          default: cost(defaultsOf(drawn)),
          high: (drawn.price.high * drawn.area.high) / drawn.yield.low,
        });
      }),
    );
  });

  test("a constant's influence is measured with the others at their default, the strongest first", () => {
    fc.assert(
      fc.property(bands, (drawn) => {
        const found = sensitivities(drawn, cost);
        const swings = found.map(({ atLow, atHigh }) => Math.abs(atHigh - atLow));
        expect(swings).toEqual([...swings].sort((a, b) => b - a));
        expect(found.map(({ constant }) => constant)).not.toContain("unused");
        for (const { constant, atLow } of found) {
          expect(atLow).toBe(cost({ ...defaultsOf(drawn), [constant]: drawn[constant].low }));
        }
      }),
    );
  });
});
