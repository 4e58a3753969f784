import fc from "fast-check";
import { expect, test } from "vitest";
import { STATUS } from "../../src/serving/result.ts";
import { simulate } from "../../src/serving/simulate.ts";
import { drawnRequests, drawnSystems } from "../support/drawn-systems.ts";
import { listSource } from "../support/list-source.ts";
import { expectSameRun } from "../support/same-run.ts";
import { toyConfig } from "../support/simulation.ts";

test("a run is broken off as soon as more requests than allowed have missed their targets, and only then", () => {
  let whole = 0;
  let broken = 0;
  fc.assert(
    fc.property(
      drawnRequests,
      drawnSystems,
      fc.integer({ min: 0, max: 10 }),
      (requests, drawn, mostMisses) => {
        const slo = { request: { ttftSeconds: 0.3, maxTbtSeconds: 0.05 }, run: [] };
        const config = toyConfig({ ...drawn, config: { ...drawn.config, slo } });
        const free = simulate(listSource(requests), config);
        const limited = simulate(listSource(requests), { ...config, mostMisses });
        const { fromSeconds, untilSeconds } = config.window;
        const missesOf = ({ records }: typeof free) =>
          requests.filter(({ arrivalSeconds }, row) => {
            if (arrivalSeconds < fromSeconds || arrivalSeconds >= untilSeconds) return false;
            const ended = row < records.length && records.status[row] !== STATUS.interrupted;
            return ended && records.sloMet[row] === 0;
          }).length;
        if (missesOf(free) <= mostMisses) {
          expectSameRun(limited, free);
          whole++;
          return;
        }
        expect(missesOf(limited)).toBeGreaterThan(mostMisses);
        const open = limited.records.status.includes(STATUS.interrupted);
        expect(open || limited.records.length < requests.length || missesOf(limited) === missesOf(free)).toBe(
          true,
        );
        broken++;
      },
    ),
    { numRuns: 400 },
  );
  expect(whole).toBeGreaterThan(50);
  expect(broken).toBeGreaterThan(50);
});
