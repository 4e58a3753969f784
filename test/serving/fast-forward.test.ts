import fc from "fast-check";
import { expect, test } from "vitest";
import { simulate } from "../../src/serving/simulate.ts";
import { drawnRequests, drawnSystems } from "../support/drawn-systems.ts";
import { listSource, type ListedRequest } from "../support/list-source.ts";
import { runReferenceEngine } from "../support/reference-engine.ts";
import { expectClose, expectSameRun } from "../support/same-run.ts";
import { toyConfig, type SimulationOverrides } from "../support/simulation.ts";

function runBoth(requests: readonly ListedRequest[], overrides: SimulationOverrides) {
  const config = toyConfig(overrides);
  const fast = simulate(listSource(requests), { ...config, mode: "fast-forward" });
  const plain = simulate(listSource(requests), { ...config, mode: "step-by-step" });
  return { fast, plain };
}

test("jumping over equal steps gives the run that walking every step gives", () => {
  let preemptions = 0;
  let rejections = 0;
  let skipped = 0;
  fc.assert(
    fc.property(drawnRequests, drawnSystems, (requests, drawn) => {
      const { fast, plain } = runBoth(requests, drawn);
      expectSameRun(fast, plain);
      preemptions += plain.metrics.kv.preemptions;
      rejections += plain.metrics.counts.rejected;
      skipped += fast.effort.stepsSkipped;
    }),
    { numRuns: 1500 },
  );
  // The property would hold emptily if nothing were ever evicted, refused or skipped.
  expect(preemptions).toBeGreaterThan(100);
  expect(rejections).toBeGreaterThan(100);
  expect(skipped).toBeGreaterThan(1000);
});

test("the plain loop gives the run of a naive engine that was written apart from it", () => {
  let preemptions = 0;
  fc.assert(
    fc.property(drawnRequests, drawnSystems, (drawnList, drawn) => {
      const config = toyConfig({ ...drawn, config: { mode: "step-by-step" } });
      const { maxModelLen, kvBlocks, blockSize } = config.engine;
      const longest = Math.min(maxModelLen, kvBlocks * blockSize);
      const requests = drawnList.filter(
        ({ inputTokens, outputTokens }) => inputTokens + outputTokens <= longest,
      );
      const reference = runReferenceEngine(requests, config.engine, config.cost);
      const { records } = simulate(listSource(requests), config);
      for (const [row, expected] of reference.entries()) {
        expect(records.preemptions[row], `preemptions of request ${row}`).toBe(expected.preemptions);
        expectClose(
          records.firstScheduledSeconds[row]!,
          expected.firstScheduledSeconds,
          `first scheduled of ${row}`,
        );
        expectClose(records.firstTokenSeconds[row]!, expected.firstTokenSeconds, `first token of ${row}`);
        expectClose(records.finishSeconds[row]!, expected.finishSeconds, `finish of ${row}`);
        expectClose(records.maxTbtSeconds[row]!, expected.maxTbtSeconds, `largest gap of ${row}`);
        preemptions += expected.preemptions;
      }
    }),
    { numRuns: 600 },
  );
  expect(preemptions).toBeGreaterThan(100);
});

test("samples taken exactly between two steps of a jump see what the plain loop sees", () => {
  // Steps and samples of a quarter of a second fall together without rounding; every token takes a block.
  const cost = { baseSeconds: 0.25, secondsPerToken: 0, secondsPerLogit: 0, secondsPerContextToken: 0 };
  const requests = [{ arrivalSeconds: 0, inputTokens: 4, outputTokens: 40 }];
  const { fast, plain } = runBoth(requests, {
    cost,
    engine: { blockSize: 1 },
    config: { timelineSeconds: 0.25 },
  });
  expect(fast.effort.stepsSkipped).toBeGreaterThan(30);
  expect(fast.timeline).toEqual(plain.timeline);
});
