import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  changeOf,
  isSure,
  ranked,
  strength,
  type Effect,
  type Sensitivity,
} from "../../../src/analysis/sensitivity/effects.ts";
import { turned, type Knob } from "../../../src/analysis/sensitivity/knobs.ts";

const knob = (path: string, value = 10, whole = true): Knob => ({ path, value, unit: "", whole });
const effect = (change: number, low: number | null = null, high: number | null = null): Effect => ({
  ...{ value: 1, figure: 1, change, low, high, estimated: null },
});

describe("turning a knob", () => {
  test("moves whole numbers by at least one, never below one", () => {
    expect([turned(knob("a", 64), 1.1), turned(knob("a", 64), 0.9)]).toEqual([70, 58]);
    expect([turned(knob("a", 2), 1.1), turned(knob("a", 2), 0.9)]).toEqual([3, 1]);
    expect(turned(knob("a", 1), 0.9)).toBe(1);
    expect(turned(knob("a", 0.9, false), 1.1)).toBe(0.99);
  });
});

describe("the change of a figure", () => {
  const paired = { drawn: true, confidence: 0.95 };

  test("that all runs share is sure, however much they differ from each other", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 1000, noNaN: true }), { minLength: 3, maxLength: 8 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (before, gain) => {
          const after = before.map((value) => value + gain);
          const found = { ...effect(0), ...changeOf(before, after, paired) };
          expect(found.change).toBeCloseTo(
            (gain * before.length) / before.reduce((sum, value) => sum + value, 0),
            9,
          );
          expect(isSure(found)).toBe(true);
        },
      ),
    );
  });

  test("that goes up in one run and down in another may be chance", () => {
    expect(isSure({ ...effect(0), ...changeOf([10, 10, 10, 10], [11, 9, 11, 9.5], paired) })).toBe(false);
  });

  test("of a trace is that of the whole, its interval that of the sections", () => {
    const { figure, change, low, high } = changeOf([10, 4, 5, 6], [11, 4.4, 5.5, 6.6], {
      drawn: false,
      confidence: 0.95,
    });
    expect([figure, change]).toEqual([11, 11 / 10 - 1]);
    expect(low!).toBeCloseTo(0.1, 9);
    expect(high!).toBeCloseTo(0.1, 9);
  });

  test("of one run alone has no interval", () => {
    expect(changeOf([10], [12], paired)).toMatchObject({ low: null, high: null });
  });
});

test("knobs are ranked by the stronger of their two sides; those that cannot be turned come last", () => {
  const all: Sensitivity[] = [
    { knob: knob("weak"), down: effect(0.01), up: effect(-0.02) },
    { knob: knob("stuck"), down: { value: 1, refused: "no" }, up: { value: 1, refused: "no" } },
    { knob: knob("strong"), down: effect(-0.3), up: effect(0.1) },
  ];
  expect(ranked(all).map((one) => one.knob.path)).toEqual(["strong", "weak", "stuck"]);
  expect(strength(all[2]!)).toBe(0.3);
});
