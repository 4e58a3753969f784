import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  constraintDominates,
  dominates,
  hypervolume,
  paretoFront,
  rankFronts,
  selectBest,
  spreadOut,
} from "../../src/search/pareto.ts";

const scores = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 3, maxLength: 3 });
const clouds = fc.array(scores, { minLength: 1, maxLength: 30 });
const judged = fc.array(
  fc.record({ violation: fc.constantFrom(0, 0, 0.5, 2), scores: fc.option(scores, { nil: undefined }) }),
  { minLength: 1, maxLength: 30 },
);

describe("Pareto fronts", () => {
  test("hold what nothing dominates, and all of it", () => {
    fc.assert(
      fc.property(clouds, (cloud) => {
        const front = new Set(paretoFront(cloud));
        cloud.forEach((own, i) => {
          expect(front.has(i)).toBe(!cloud.some((other) => dominates(other, own)));
        });
      }),
    );
  });

  test("come in ranks: nothing is dominated within its own rank, all from the second on by the one before", () => {
    fc.assert(
      fc.property(judged, (items) => {
        const fronts = rankFronts(items);
        expect(fronts.flat().sort((a, b) => a - b)).toEqual(items.map((_, i) => i));
        fronts.forEach((front, rank) => {
          for (const i of front) {
            expect(front.some((j) => constraintDominates(items[j]!, items[i]!))).toBe(false);
            if (rank > 0) {
              expect(fronts[rank - 1]!.some((j) => constraintDominates(items[j]!, items[i]!))).toBe(true);
            }
          }
        });
      }),
    );
  });

  test("are those that counting who dominates whom finds, in the same order", () => {
    const many = fc.array(
      fc.record({
        violation: fc.constantFrom(0, 0, 0, 0.5, 2, Infinity),
        scores: fc.option(
          fc.array(fc.constantFrom(-3, -1, 0, 0.5, 2, 7, 1e300), { minLength: 3, maxLength: 3 }),
          { nil: undefined, freq: 8 },
        ),
      }),
      { maxLength: 120 },
    );
    fc.assert(
      fc.property(many, (items) => {
        const left = new Set(items.keys());
        const counted: number[][] = [];
        while (left.size > 0) {
          const rank = [...left].filter(
            (i) => ![...left].some((j) => constraintDominates(items[j]!, items[i]!)),
          );
          counted.push(rank);
          for (const i of rank) left.delete(i);
        }
        expect(rankFronts(items)).toEqual(counted);
      }),
    );
  });

  test("a design that may be built always comes before one that may not, and the smaller excess before the larger", () => {
    fc.assert(
      fc.property(judged, (items) => {
        const order = selectBest(items, items.length);
        const violations = order.map((i) => items[i]!.violation);
        expect(violations).toEqual([...violations].sort((a, b) => a - b));
      }),
    );
  });

  test("keep the best in each objective when few are chosen, and never one twice", () => {
    fc.assert(
      fc.property(clouds, fc.integer({ min: 3, max: 8 }), (cloud, count) => {
        const chosen = spreadOut(cloud, count);
        expect(new Set(chosen).size).toBe(Math.min(count, cloud.length));
        for (let k = 0; k < 3; k++) {
          const best = Math.min(...cloud.map((own) => own[k]!));
          expect(chosen.some((i) => cloud[i]![k] === best)).toBe(true);
        }
      }),
    );
  });
});

describe("hypervolume", () => {
  test.each([
    [[[0, 0]], [1, 1], 1],
    [
      [
        [0, 0.5],
        [0.5, 0],
      ],
      [1, 1],
      0.75,
    ],
    [[[1, 1]], [1, 1], 0],
    [
      [
        [0, 0, 0.5],
        [0.5, 0.5, 0],
      ],
      [1, 1, 1],
      0.5 + 0.125,
    ],
  ])("of %j within %j is %d", (front, reference, expected) => {
    expect(hypervolume(front, reference)).toBeCloseTo(expected, 12);
  });

  test("counts the cells that the scores dominate", () => {
    const reference = [5, 5, 5];
    fc.assert(
      fc.property(clouds, (cloud) => {
        let cells = 0;
        for (let cell = 0; cell < 125; cell++) {
          const corner = [cell % 5, Math.floor(cell / 5) % 5, Math.floor(cell / 25)];
          if (cloud.some((own) => own.every((score, k) => score <= corner[k]!))) cells++;
        }
        expect(hypervolume(cloud, reference)).toBe(cells);
      }),
    );
  });
});
