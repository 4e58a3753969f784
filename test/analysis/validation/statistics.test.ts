import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorStatistics } from "../../../src/analysis/validation/statistics.ts";

describe("error statistics", () => {
  // numpy.median and numpy.percentile(…, 90) of the absolute values; numpy.median of the signed ones.
  test("agree with NumPy on a worked example", () => {
    const { n, mdape, p90ape, bias } = errorStatistics([0.2, -0.1, 0.4, -0.3]);
    expect(n).toBe(4);
    expect(mdape).toBeCloseTo(0.25, 12);
    expect(p90ape).toBeCloseTo(0.37, 12);
    expect(bias).toBeCloseTo(0.05, 12);
  });

  test("do not depend on the order, and only the bias on the sign", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 5, noNaN: true }), { minLength: 1 }), (errors) => {
        const plain = errorStatistics(errors);
        expect(errorStatistics([...errors].reverse())).toEqual(plain);
        const mirrored = errorStatistics(errors.map((error) => -error));
        expect(mirrored.mdape).toBe(plain.mdape);
        expect(mirrored.p90ape).toBe(plain.p90ape);
        expect(mirrored.bias).toBeCloseTo(-plain.bias, 12);
      }),
    );
  });

  test("keep the median absolute error between the bias and the 90th percentile", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 5, noNaN: true }), { minLength: 1 }), (errors) => {
        const { mdape, p90ape, bias } = errorStatistics(errors);
        expect(mdape).toBeLessThanOrEqual(p90ape);
        expect(Math.abs(bias)).toBeLessThanOrEqual(mdape + 1e-12);
      }),
    );
  });
});
