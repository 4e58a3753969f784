import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SpareTime } from "../../src/perf/spare-time.ts";

const seconds = fc.double({ min: 0, max: 1, noNaN: true });
const spare = fc.record({ idle: seconds, gained: seconds, cost: seconds });

function open({ idle, gained, cost }: { idle: number; gained: number; cost: number }): SpareTime {
  const time = new SpareTime();
  time.add(idle, gained, cost);
  return time;
}

describe("time that products leave to attention", () => {
  test("saves what fits the idle time whole, and beyond it as much as the best share of yielding products does", () => {
    fc.assert(
      fc.property(spare, seconds, (time, apart) => {
        const shares = Array.from({ length: 1001 }, (_, i) => i / 1000);
        const byTrial = shares.map(
          (share) => Math.min(apart, time.idle + share * time.gained) - share * time.cost,
        );
        const saving = open(time).saving(apart);
        expect(saving).toBeGreaterThanOrEqual(Math.max(...byTrial) - 1e-12);
        expect(saving).toBeLessThanOrEqual(Math.max(...byTrial) + (time.gained + time.cost) / 1000);
      }),
    );
  });

  test("is used up by those who take it, one after the other as if all came at once", () => {
    fc.assert(
      fc.property(spare, fc.array(seconds, { maxLength: 5 }), (time, parts) => {
        const all = open(time);
        const saved = parts.reduce((sum, apart) => {
          expect(all.saving(apart)).toBeGreaterThanOrEqual(0);
          return sum + all.take(apart);
        }, 0);
        const whole = parts.reduce((sum, apart) => sum + apart, 0);
        expect(saved).toBeCloseTo(open(time).saving(whole), 9);
        expect(all.yieldedShare).toBeLessThanOrEqual(1 + 1e-12);
        all.close();
        expect(all.take(1)).toBe(0);
      }),
    );
  });
});
