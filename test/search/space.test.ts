import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseExpression } from "../../src/search/space/expression.ts";
import { choices, levels, placesIn, spaceOver, tied } from "./spaces.ts";
import { inputErrorOf } from "../scenario/memory-files.ts";

const value = (text: string, values: Record<string, number | string> = {}) =>
  parseExpression(text).evaluate((path) => values[path]!);

describe("formulas", () => {
  test.each([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["8 / 2 / 2", 2],
    ["-2 - -3", 1],
    ["2e3 + 0.5", 2000.5],
    ["ceil(7 / 2) + max(1, 5, 3) - min(2, 4)", 7],
    ["pow2floor(100)", 64],
    ["1 + 1 == 2 && 3 < 2 || 1 >= 1", true],
  ])("%s is %s", (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  test("read settings by their paths, and names in quotes", () => {
    expect(value("device.cores * 2", { "device.cores": 8 })).toBe(16);
    expect(value("device.memory.kind == 'hbm3'", { "device.memory.kind": "hbm3" })).toBe(true);
    expect(parseExpression("a.b + a.b * c").reads).toEqual(["a.b", "c"]);
  });

  test("agree with the arithmetic of the language on whatever is written", () => {
    const formula = fc.letrec((tie) => ({
      expression: fc.oneof(
        { maxDepth: 4 },
        fc.integer({ min: 1, max: 99 }).map(String),
        fc
          .tuple(tie("expression"), fc.constantFrom("+", "-", "*", "/"), tie("expression"))
          .map((parts) => `(${parts.join(" ")})`),
        fc
          .tuple(tie("expression"), fc.constantFrom("+", "-", "*", "/"), tie("expression"))
          .map((parts) => parts.join(" ")),
      ),
    })).expression;
    fc.assert(
      fc.property(formula, (text) => {
        // eslint-disable-next-line @typescript-eslint/no-implied-eval -- digits, brackets and four operators alone
        const expected = (new Function(`return ${text}`) as () => number)();
        expect(value(text)).toBe(expected);
      }),
    );
  });

  test.each(["1 +", "(1", "1 2", "a $ b", "nope(1)", "", "'open"])("refuse %j", (text) => {
    expect(inputErrorOf(() => parseExpression(text)).problems).toHaveLength(1);
  });
});

const ROWS = [8, 16, 32];
const space = spaceOver([
  levels("device.systolic_array.rows", ROWS),
  tied("device.systolic_array.columns", "device.systolic_array.rows * 2"),
  levels("device.cores", [4, 8]),
  choices("device.noc.topology", ["ring", "mesh"]),
  levels("device.noc.bytes_per_cycle_per_port", [32, 64, 128], "device.noc.topology == 'mesh'"),
  { kind: "range", path: "device.clock", unit: "hertz", from: 1e9, to: 2e9, scale: "log" },
]);
const enumerable = spaceOver(space.axes.slice(0, 5));

describe("a space", () => {
  test("keeps its ties at every design", () => {
    fc.assert(
      fc.property(placesIn(space), (units) => {
        const [rows, columns] = space.at(units);
        expect(columns).toBe(2 * rows!);
      }),
    );
  });

  test("leaves out what its condition makes meaningless, and two designs that differ in nothing else are one", () => {
    fc.assert(
      fc.property(placesIn(space), fc.double({ min: 0, max: 0.99, noNaN: true }), (units, other) => {
        const point = space.at(units);
        const again = space.at(units.with(3, other));
        const mesh = point[3] === 1;
        expect(Number.isNaN(point[4]!)).toBe(!mesh);
        expect(space.settingsOf(point).some(([path]) => path.includes("bytes_per_cycle_per_port"))).toBe(
          mesh,
        );
        if (!mesh) expect(space.keyOf(again)).toBe(space.keyOf(point));
      }),
    );
  });

  test("enumerates every combination once, those that a condition makes equal counted apart", () => {
    expect(enumerable.size).toBe(3 * 2 * 2 * 3);
    const keys = Array.from({ length: enumerable.size! }, (_, i) => enumerable.keyOf(enumerable.nth(i)));
    // With a ring there is one design where a mesh has three.
    expect(new Set(keys).size).toBe(3 * 2 * (1 + 3));
    expect(space.size).toBeUndefined();
  });

  test("finds a design again by its place in the unit cube", () => {
    fc.assert(
      fc.property(placesIn(enumerable), (units) => {
        const point = enumerable.at(units);
        expect(enumerable.at(enumerable.unitsOf(point))).toEqual(point);
      }),
    );
  });

  test("has neighbours that differ along one free axis and what follows from it", () => {
    const point = space.at([0.5, 0.1, 0.9, 0.5, 0.5]);
    for (const neighbour of space.neighboursOf(point)) {
      const free = space.freeAxes.filter((axis) => !Object.is(neighbour[axis], point[axis]));
      expect(free.length).toBeGreaterThanOrEqual(1);
      expect(free.length).toBeLessThanOrEqual(2);
      expect(neighbour[1]).toBe(2 * neighbour[0]!);
    }
  });

  test("refuses ties that go round in circles, and formulas about what nobody knows", () => {
    const circle = inputErrorOf(() =>
      spaceOver([tied("device.cores", "device.clock / 2"), tied("device.clock", "device.cores * 2")]),
    );
    expect(circle.message).toContain("contradictory ties: device.cores -> device.clock -> device.cores");
    expect(inputErrorOf(() => spaceOver([tied("device.cores", "device.coers")])).message).toContain(
      "unknown setting",
    );
  });
});
