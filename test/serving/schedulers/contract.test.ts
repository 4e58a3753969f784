import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { STATUS } from "../../../src/serving/result.ts";
import { simulate } from "../../../src/serving/simulate.ts";
import { CLASSES, drawnClassedRequests, EVERY_SCHEDULER } from "../../support/drawn-policies.ts";
import { listSource } from "../../support/list-source.ts";
import { expectSameRun } from "../../support/same-run.ts";
import { toyConfig } from "../../support/simulation.ts";
import { tokensOf, watchCost } from "../../support/watched-cost.ts";

describe.each(EVERY_SCHEDULER)("$name", ({ name, systems }) => {
  test("ends every request once, within its tokens, seats and blocks", () => {
    fc.assert(
      fc.property(drawnClassedRequests, systems, (requests, drawn) => {
        const config = toyConfig(drawn);
        const watched = watchCost(config.cost);
        const { records, metrics } = simulate(listSource(requests, CLASSES), {
          ...config,
          cost: watched.cost,
          mode: "step-by-step",
        });
        for (let row = 0; row < requests.length; row++) {
          expect([STATUS.completed, STATUS.rejected]).toContain(records.status[row]);
        }
        expect(metrics.audit.filter(({ passed }) => !passed)).toEqual([]);
        expect(metrics.kv.peakUtilization).toBeLessThanOrEqual(1);
        for (const step of watched.steps()) {
          expect(tokensOf(step)).toBeLessThanOrEqual(config.engine.maxNumBatchedTokens);
          expect(step.decodeSequences + step.chunks.length).toBeLessThanOrEqual(config.engine.maxNumSeqs);
          expect(step.chunks.every(([tokens]) => tokens > 0)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("gives the same run whether it jumps or steps, and whenever it is repeated", () => {
    let skipped = 0;
    let preemptions = 0;
    fc.assert(
      fc.property(drawnClassedRequests, systems, (requests, drawn) => {
        const config = toyConfig(drawn);
        const run = (mode: "fast-forward" | "step-by-step") =>
          simulate(listSource(requests, CLASSES), { ...config, mode });
        const fast = run("fast-forward");
        expectSameRun(fast, run("step-by-step"));
        expect(run("fast-forward").records).toEqual(fast.records);
        skipped += fast.effort.stepsSkipped;
        preemptions += fast.metrics.kv.preemptions;
      }),
      { numRuns: 300 },
    );
    expect(skipped).toBeGreaterThan(1000);
    // Those that reserve memory for a whole sequence never have to take it back.
    if (name === "orca" || name === "static") expect(preemptions).toBe(0);
    else expect(preemptions).toBeGreaterThan(30);
  });
});
