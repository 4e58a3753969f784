import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { simulate } from "../../src/serving/simulate.ts";
import { drawnImpatience } from "../support/drawn-clients.ts";
import { CLASSES, drawnClassedRequests, drawnSystemsOf } from "../support/drawn-policies.ts";
import { drawnRequests, drawnSystems } from "../support/drawn-systems.ts";
import { disaggregated } from "../support/disaggregated.ts";
import { listSource } from "../support/list-source.ts";
import { runReferenceEngine } from "../support/reference-engine.ts";
import { expectClose, expectSameRun } from "../support/same-run.ts";
import { toyConfig, type SimulationOverrides } from "../support/simulation.ts";

const drawnWindow = fc.integer({ min: 1, max: 120 });

function windowed(
  { engine, cost, config }: SimulationOverrides,
  slidingWindowTokens: number,
): SimulationOverrides {
  return {
    // A third of the room: memory is short only where the window is long.
    engine: { ...engine, slidingWindowTokens, kvBlocks: Math.ceil(engine!.kvBlocks! / 3) },
    cost: { ...cost, windowTokens: [slidingWindowTokens] },
    config: config!,
  };
}

describe.each(["vllm-v1", "sjf", "priority", "edf", "fair"] as const)("under %s", (policy) => {
  test("jumping gives the run of stepping where blocks behind the window are given back", () => {
    const seen = { skipped: 0, preempted: 0, stops: 0 };
    fc.assert(
      fc.property(
        ...[
          drawnClassedRequests,
          drawnSystemsOf(policy),
          drawnWindow,
          drawnImpatience,
          fc.boolean(),
          fc.nat(3),
        ],
        (requests, drawn, window, impatience, waits, apart) => {
          const base = toyConfig(windowed(drawn, window));
          const patient = { ...base, ...(!waits && impatience) };
          const config = apart === 0 ? disaggregated(patient, { prefill: 1, decode: 1 }) : patient;
          const fast = simulate(listSource(requests, CLASSES), { ...config, mode: "fast-forward" });
          const plain = simulate(listSource(requests, CLASSES), { ...config, mode: "step-by-step" });
          expectSameRun(fast, plain);
          seen.skipped += fast.effort.stepsSkipped;
          seen.preempted += plain.metrics.kv.preemptions;
          seen.stops += fast.effort.stepsByReason["window_freed_block"]!;
        },
      ),
      { numRuns: 400 },
    );
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(20);
  });
});

test("the plain loop gives the run of a naive engine that counts every block behind the window", () => {
  let preemptions = 0;
  fc.assert(
    fc.property(drawnRequests, drawnSystems, drawnWindow, (drawnList, drawn, window) => {
      const config = toyConfig({ ...windowed(drawn, window), config: { mode: "step-by-step" } });
      const { maxModelLen, kvBlocks, blockSize } = config.engine;
      const longest = Math.min(maxModelLen, kvBlocks * blockSize);
      const requests = drawnList.filter(
        ({ inputTokens, outputTokens }) => inputTokens + outputTokens <= longest,
      );
      const reference = runReferenceEngine(requests, config.engine, config.cost);
      const { records } = simulate(listSource(requests), config);
      for (const [row, expected] of reference.entries()) {
        expect(records.preemptions[row], `preemptions of request ${row}`).toBe(expected.preemptions);
        expectClose(records.finishSeconds[row]!, expected.finishSeconds, `finish of ${row}`);
        preemptions += expected.preemptions;
      }
    }),
    { numRuns: 400 },
  );
  expect(preemptions).toBeGreaterThan(30);
});

describe("a pool too small for the whole of a sequence", () => {
  const overrides = { engine: { blockSize: 10, kvBlocks: 30, maxNumBatchedTokens: 100, maxModelLen: 5000 } };
  const requests = [{ arrivalSeconds: 0, inputTokens: 2000, outputTokens: 500 }];
  const run = (slidingWindowTokens: number | undefined) =>
    simulate(
      listSource(requests),
      toyConfig({ engine: { ...overrides.engine, slidingWindowTokens, maxNumSeqs: 8 } }),
    ).metrics;

  test("serves it where the window leaves most of it behind, and refuses it where nothing does", () => {
    expect(run(undefined).counts.rejected).toBe(1);
    const { counts, kv } = run(150);
    expect(counts.completed).toBe(1);
    // The window, the tokens of a step, and a block that is cut at either end.
    expect(kv.peakUtilization).toBeLessThanOrEqual((150 + 100 + 20) / 300);
    expect(kv.peakUtilization).toBeGreaterThanOrEqual((150 + 100 - 20) / 300);
  });
});
