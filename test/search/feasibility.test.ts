import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/core/errors.ts";
import type { Device } from "../../src/hardware/device.ts";
import { ADOR_RECALLED } from "../../src/hardware/presets/ador.ts";
import { withOverrides } from "../../src/scenario/device-overrides.ts";
import { deviceSchema } from "../../src/scenario/device-schema.ts";
import { FeasibilityCheck } from "../../src/search/constraints/feasibility-check.ts";
import {
  excess,
  LIMITED,
  type Constraint,
  type DeviceLimitName,
} from "../../src/search/constraints/limits.ts";
import type { Point, Space, WrittenSetting } from "../../src/search/space/space.ts";
import { placesIn, spaceOver, WHOLE_TEMPLATE } from "./spaces.ts";

const space = spaceOver(WHOLE_TEMPLATE);
const CONSTRAINTS: readonly Constraint<DeviceLimitName>[] = [
  { name: "area", atMost: 600 },
  { name: "peak_power", atMost: 300, atLeast: 20 },
  { name: "power_density", atMost: 0.8 },
  { name: "memory_bandwidth", atMost: 2e12 },
  { name: "memory_capacity", atLeast: 16e9 },
  { name: "p2p_bandwidth", atMost: 3e11 },
  { name: "die_cost", atMost: 150 },
  { name: "device_cost", atMost: 4000 },
];

/** The long way: written down as in a scenario, read, built and checked. */
function built(settings: readonly WrittenSetting[]): Device | undefined {
  const nested: Record<string, unknown> = { base: "ador-recalled" };
  for (const [path, value] of settings) {
    const [, ...keys] = path.split(".");
    const last = keys.pop()!;
    let map = nested;
    for (const key of keys) map = (map[key] ??= {}) as Record<string, unknown>;
    map[last] = value;
  }
  try {
    return withOverrides(ADOR_RECALLED, deviceSchema.parse(nested));
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function drawn(count: number): Point[] {
  return fc.sample(placesIn(space), { numRuns: count, seed: 7 }).map((units) => space.at(units));
}

describe("the fast check of what can be built", () => {
  test("agrees with building the device, over the whole template", () => {
    const makeable = new FeasibilityCheck(space, ADOR_RECALLED, []);
    const points = drawn(4000);
    const fits = points.map((point) => makeable.violation(point) === 0);
    expect(fits).toEqual(points.map((point) => built(space.settingsOf(point)) !== undefined));
    // Enough of either to mean something.
    expect(fits.filter(Boolean).length).toBeGreaterThan(200);
    expect(fits.filter((fit) => !fit).length).toBeGreaterThan(200);
  });

  test("finds the same area, power, density, bandwidths, capacity and costs", () => {
    const limited = new FeasibilityCheck(space, ADOR_RECALLED, CONSTRAINTS);
    const makeable = new FeasibilityCheck(space, ADOR_RECALLED, []);
    const points = drawn(4000).filter((point) => makeable.violation(point) === 0);
    for (const point of points) {
      const device = built(space.settingsOf(point))!;
      const values = limited.limitValues(point);
      CONSTRAINTS.forEach(({ name }, i) => {
        const slow = LIMITED[name].of(device);
        expect(
          Math.abs(values[i]! / slow - 1),
          `${name} of ${JSON.stringify(space.settingsOf(point))}`,
        ).toBeLessThan(1e-9);
      });
      const within = CONSTRAINTS.every(
        (constraint) => excess(constraint, LIMITED[constraint.name].of(device)) <= 0,
      );
      expect(limited.violation(point) === 0).toBe(within);
    }
  });

  test.each(Object.keys(LIMITED) as DeviceLimitName[])("a tighter limit on %s never admits more", (name) => {
    const admits = (space: Space, atMost: number, point: Point) =>
      new FeasibilityCheck(space, ADOR_RECALLED, [{ name, atMost }]).violation(point) === 0;
    for (const point of drawn(100)) {
      const [value] = new FeasibilityCheck(space, ADOR_RECALLED, [{ name, atMost: 1 }]).limitValues(point);
      if (admits(space, value! * 0.9, point)) throw new Error("admitted beyond its limit");
    }
  });

  test("counts what was refused by what it was furthest beyond", () => {
    const check = new FeasibilityCheck(space, ADOR_RECALLED, CONSTRAINTS);
    const points = drawn(200);
    const refused = points.filter((point) => check.violation(point) > 0).length;
    expect(check.checked).toBe(200);
    expect(Object.values(check.refusals).reduce((sum, count) => sum + count, 0)).toBe(refused);
  });
});
