import { expect, test } from "vitest";
import { randomStream } from "../../src/core/random.ts";
import { findDevice } from "../../src/hardware/catalog.ts";
import { findModel } from "../../src/models/catalog.ts";
import { BF16 } from "../../src/models/llm-model.ts";
import { SINGLE_DEVICE } from "../../src/models/parallelism.ts";
import { compileStepCost } from "../../src/perf/compile.ts";
import type { RequestRecords } from "../../src/serving/result.ts";
import { simulate } from "../../src/serving/simulate.ts";
import { listSource, type ListedRequest } from "../support/list-source.ts";
import { runReferenceEngine } from "../support/reference-engine.ts";
import { toyConfig } from "../support/simulation.ts";

const EXACT_COLUMNS = [
  ...(["sourceRow", "classIndex", "sessionId", "arrivalSeconds", "inputTokens", "outputTokens"] as const),
  ...(["replica", "preemptions", "sloMet", "status", "rejectReason"] as const),
] as const;
const TIMED_COLUMNS = [
  "firstScheduledSeconds",
  "firstTokenSeconds",
  "finishSeconds",
  "maxTbtSeconds",
] as const;
const TOLERANCE = 1e-9;

/** Both models with windows see 4096 tokens: half of these requests start inside and grow beyond. */
const WINDOW = 4096;

function drawRequests(seed: number): ListedRequest[] {
  const random = randomStream(seed, "engine-agreement");
  let arrivalSeconds = 0;
  return Array.from({ length: 60 }, () => {
    if (random() < 0.6) arrivalSeconds += -0.4 * Math.log(random());
    const nearWindow = random() < 0.5;
    const inputTokens = nearWindow
      ? WINDOW - 1 - Math.floor(150 * random())
      : 1 + Math.floor(5000 * random());
    const outputTokens = nearWindow ? 160 + Math.floor(200 * random()) : 1 + Math.floor(300 * random());
    return { arrivalSeconds, inputTokens, outputTokens };
  });
}

function expectClose(u: number, v: number, what: string): void {
  if (Number.isNaN(u) && Number.isNaN(v)) return;
  expect(Math.abs(u - v), `${what}: ${u} against ${v}`).toBeLessThanOrEqual(
    TOLERANCE * Math.max(Math.abs(u), Math.abs(v)),
  );
}

function expectSameRecords(fast: RequestRecords, plain: RequestRecords): void {
  expect(fast.length).toBe(plain.length);
  for (const name of EXACT_COLUMNS) {
    expect(fast[name].subarray(0, fast.length), name).toEqual(plain[name].subarray(0, plain.length));
  }
  for (const name of TIMED_COLUMNS) {
    for (let row = 0; row < fast.length; row++) {
      expectClose(fast[name][row]!, plain[name][row]!, `${name} of request ${row}`);
    }
  }
}

const MODELS = ["llama-3.1-8b", "mistral-7b-v0.1", "gemma-2-2b"];
const DEVICES = ["a100-80gb", "rtx-4090", "ador-recalled"];

test.each(MODELS.flatMap((model) => DEVICES.map((device) => [model, device] as const)))(
  "%s on %s gives the same records whether decode steps are jumped over, walked or costed one by one",
  (model, device) => {
    const cost = compileStepCost({
      model: findModel(model),
      device: findDevice(device),
      parallelism: SINGLE_DEVICE,
      precision: BF16,
    });
    let preemptions = 0;
    let skipped = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const requests = drawRequests(seed);
      // Room for some four of the longer requests.
      const config = toyConfig({
        engine: { kvBlocks: 1000, maxNumBatchedTokens: 1024 },
        config: { cost, slo: { request: { ttftSeconds: 5, maxTbtSeconds: 0.2 }, run: [] } },
      });
      const fast = simulate(listSource(requests), { ...config, mode: "fast-forward" });
      const plain = simulate(listSource(requests), { ...config, mode: "step-by-step" });
      expectSameRecords(fast.records, plain.records);
      expect(fast.metrics.kv.preemptions).toBe(plain.metrics.kv.preemptions);
      expect(fast.effort.steps).toBe(plain.effort.steps);
      // Both modes take decode steps from ramps; the naive engine costs each step on its own.
      for (const [row, outcome] of runReferenceEngine(requests, config.engine, cost).entries()) {
        expect(fast.records.preemptions[row]).toBe(outcome.preemptions);
        for (const name of TIMED_COLUMNS)
          expectClose(
            fast.records[name][row]!,
            outcome[name],
            `${name} of request ${row} as costed step by step`,
          );
      }
      preemptions += fast.metrics.kv.preemptions;
      skipped += fast.effort.stepsSkipped;
    }
    // Agreement would mean little if nothing were evicted or jumped over.
    expect(preemptions).toBeGreaterThan(50);
    expect(skipped).toBeGreaterThan(1000);
  },
);
