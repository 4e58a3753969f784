import fc from "fast-check";
import { expect, test } from "vitest";
import { largestWithin, type Trial } from "../../../src/analysis/experiment/largest-within.ts";

/** A system that keeps its targets up to one level, and surely up to another. */
async function search(options: {
  readonly limit: number;
  readonly sureLimit: number;
  readonly start: number;
  readonly whole: boolean;
}) {
  const asked: number[][] = [];
  const found = await largestWithin(
    { start: options.start, least: options.whole ? 1 : 1e-3, whole: options.whole, tolerance: 0.02 },
    (levels) => {
      asked.push([...levels]);
      return Promise.resolve(
        levels.map((level): Trial => ({
          level,
          met: level <= options.limit,
          sure: level <= options.sureLimit,
        })),
      );
    },
  );
  return { ...found, asked };
}

test("a search finds the limit within its tolerance, wherever it starts, and never promises more", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.double({ min: 0.1, max: 1000, noNaN: true }),
      fc.double({ min: 0.3, max: 1, noNaN: true }),
      fc.double({ min: 0.2, max: 5, noNaN: true }),
      async (limit, sureShare, startShare) => {
        const sureLimit = limit * sureShare;
        const { largest, surely, asked } = await search({
          limit,
          sureLimit,
          start: limit * startShare,
          whole: false,
        });
        expect(largest!.level).toBeLessThanOrEqual(limit);
        expect(largest!.level).toBeGreaterThan(limit * 0.975);
        expect(surely!.level).toBeLessThanOrEqual(sureLimit);
        expect(surely!.level).toBeGreaterThan(sureLimit * 0.975);
        expect(asked.every((levels) => levels.length <= 2)).toBe(true);
      },
    ),
  );
});

test("a search among whole numbers finds small limits exactly", async () => {
  for (let limit = 1; limit <= 40; limit++) {
    const { largest } = await search({ limit, sureLimit: limit, start: 7, whole: true });
    expect(largest!.level).toBe(limit);
  }
});

test("a good start takes few rounds", async () => {
  const { asked } = await search({ limit: 10, sureLimit: 10, start: 10.3, whole: false });
  expect(asked.length).toBeLessThanOrEqual(4);
});

test("targets that never hold end the search without an answer, and soon", async () => {
  const { largest, surely, asked } = await search({ limit: 0, sureLimit: 0, start: 10, whole: false });
  expect([largest, surely]).toEqual([undefined, undefined]);
  expect(asked.length).toBeLessThan(30);
});

test("where nothing tells how sure an answer is, none is searched for", async () => {
  let tried = 0;
  const { largest, surely } = await largestWithin(
    { start: 10, least: 0.01, whole: false, tolerance: 0.02 },
    (levels) => {
      tried += levels.length;
      return Promise.resolve(levels.map((level): Trial => ({ level, met: level <= 9, sure: undefined })));
    },
  );
  expect(largest!.level).toBeGreaterThan(8.8);
  expect(surely).toBeUndefined();
  expect(tried).toBeLessThan(14);
});
