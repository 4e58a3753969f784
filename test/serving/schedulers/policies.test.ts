import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { simulate } from "../../../src/serving/simulate.ts";
import type { SchedulerConfig, SchedulerName } from "../../../src/serving/scheduler-config.ts";
import type { SimulationResult } from "../../../src/serving/result.ts";
import { CLASSES, drawnClassedRequests, drawnSystemsOf } from "../../support/drawn-policies.ts";
import { listSource, type ListedRequest } from "../../support/list-source.ts";
import { toyConfig, type SimulationOverrides } from "../../support/simulation.ts";
import { tokensOf, watchCost, type WatchedStep } from "../../support/watched-cost.ts";

/** One replica, step by step, every step in sight. */
function watch(requests: readonly ListedRequest[], drawn: SimulationOverrides) {
  const config = toyConfig({
    ...drawn,
    config: { ...drawn.config, replicas: 1, router: "round-robin", mode: "step-by-step" },
  });
  const watched = watchCost(config.cost);
  const result = simulate(listSource(requests, CLASSES), { ...config, cost: watched.cost });
  return { config, result, steps: watched.steps() };
}

function forAll(
  name: SchedulerName,
  law: (
    run: ReturnType<typeof watch> & { requests: readonly ListedRequest[]; completed: readonly number[] },
  ) => void,
): void {
  fc.assert(
    fc.property(drawnClassedRequests, drawnSystemsOf(name), (requests, drawn) => {
      const run = watch(requests, drawn);
      law({ ...run, requests, completed: completedOf(run.result) });
    }),
    { numRuns: 200 },
  );
}

function completedOf({ records }: SimulationResult): number[] {
  return Array.from({ length: records.length }, (_, row) => row).filter(
    (row) => !Number.isNaN(records.finishSeconds[row]!),
  );
}

const prefills = (steps: readonly WatchedStep[]) => steps.filter(({ chunks }) => chunks.length > 0);

/** Requests that all wait while a first one holds the only seat, so that the order of service is the policy's alone. */
function orderOfService(
  scheduler: SchedulerConfig,
  requests: readonly ListedRequest[],
  overrides = {},
): number[] {
  const blocker = { arrivalSeconds: 0, inputTokens: 10, outputTokens: 100 };
  const { records } = simulate(
    listSource([blocker, ...requests], CLASSES),
    toyConfig({ engine: { maxNumSeqs: 1 }, config: { scheduler, ...overrides } }),
  );
  const starts = requests.map((_, i) => records.firstScheduledSeconds[i + 1]!);
  return requests.map((_, i) => i).sort((a, b) => starts[a]! - starts[b]!);
}

describe("vLLM V0", () => {
  test("computes whole prompts in steps of their own; only swapped caches come back beside decodes", () => {
    let pauses = 0;
    let returns = 0;
    forAll("vllm-v0", ({ config, steps }) => {
      for (const { decodeSequences, chunks } of prefills(steps)) {
        const news = chunks.filter(([, context]) => context === 0);
        if (news.length > 0) {
          expect(news.length).toBe(chunks.length);
          expect(decodeSequences).toBe(0);
          pauses++;
        } else {
          expect(config.engine.hostSwap).toBeDefined();
          expect(chunks.every(([tokens]) => tokens === 1)).toBe(true);
          returns++;
        }
      }
    });
    expect(pauses).toBeGreaterThan(100);
    expect(returns).toBeGreaterThan(0);
  });

  test("holds decodes up while prompts run, and their gaps show it", () => {
    // 8 ms a step and 50 µs a token: a prompt of 400 tokens stops the other request for 28 ms.
    const { records } = simulate(
      listSource([
        { arrivalSeconds: 0, inputTokens: 10, outputTokens: 40 },
        { arrivalSeconds: 0.1, inputTokens: 400, outputTokens: 5 },
      ]),
      toyConfig({
        engine: { maxModelLen: 512, enableChunkedPrefill: false },
        cost: { secondsPerContextToken: 0, secondsPerLogit: 0 },
        config: { scheduler: { policy: "vllm-v0" } },
      }),
    );
    // The prompt's step, then the step of both.
    expect(records.maxTbtSeconds[0]).toBeCloseTo(0.008 + 400 * 5e-5 + 0.008 + 2 * 5e-5, 9);
  });

  test("with room on the host recomputes nothing and pays for moving blocks there and back", () => {
    const requests = [
      { arrivalSeconds: 0, inputTokens: 60, outputTokens: 40 },
      { arrivalSeconds: 0, inputTokens: 60, outputTokens: 40 },
    ];
    const run = (hostSwap?: { blocks: number; secondsPerBlock: number }) => {
      const { result, steps } = watch(requests, {
        engine: {
          ...{ blockSize: 10, kvBlocks: 15, maxNumSeqs: 4, maxModelLen: 512, enableChunkedPrefill: false },
          hostSwap,
        },
        config: { scheduler: { policy: "vllm-v0" } },
      });
      const computed = steps.reduce((sum, step) => sum + step.repeats * tokensOf(step), 0);
      return { computed, result };
    };
    const none = run();
    const swapped = run({ blocks: 20, secondsPerBlock: 0 });
    const slow = run({ blocks: 20, secondsPerBlock: 0.01 });
    expect(none.result.metrics.kv.preemptions).toBe(1);
    expect(swapped.computed).toBe(2 * (60 + 40 - 1));
    expect(none.computed).toBeGreaterThan(swapped.computed + 60);
    // The latest arrival leaves with its cache at the end of a block: eight blocks of ten tokens, there and back.
    const moved = slow.result.metrics.durationSeconds - swapped.result.metrics.durationSeconds;
    expect(moved / 0.01).toBeCloseTo(2 * Math.round(moved / 0.02), 6);
    expect(moved / 0.02).toBeGreaterThanOrEqual(6);
  });
});

describe("Sarathi", () => {
  test("never lets a prompt hold up a decode, and keeps to its own budget", () => {
    forAll("sarathi", ({ steps, result: { records }, completed }) => {
      const longest = Math.max(...steps.map(({ seconds }) => seconds));
      for (const step of prefills(steps)) expect(tokensOf(step)).toBeLessThanOrEqual(64);
      for (const row of completed) {
        // A gap is one step long, never two.
        if (records.preemptions[row] === 0 && !Number.isNaN(records.maxTbtSeconds[row]!)) {
          expect(records.maxTbtSeconds[row]).toBeLessThanOrEqual(longest * (1 + 1e-12));
        }
      }
    });
  });
});

describe("Orca", () => {
  test("never splits a prompt and never takes memory back", () => {
    forAll("orca", ({ requests, result, steps, completed }) => {
      const chunks = steps.flatMap((step) => step.chunks);
      expect(chunks.every(([, context]) => context === 0)).toBe(true);
      expect(chunks.map(([tokens]) => tokens).sort((a, b) => a - b)).toEqual(
        completed.map((row) => requests[row]!.inputTokens).sort((a, b) => a - b),
      );
      expect(result.metrics.kv.preemptions).toBe(0);
    });
  });
});

describe("static batching", () => {
  test("starts a batch only when the last one is done, and pads it to its longest prompt", () => {
    forAll("static", ({ result: { records }, steps, requests, completed }) => {
      const startOf = (row: number) => records.firstScheduledSeconds[row]!;
      const starts = [...new Set(completed.map(startOf))].sort((a, b) => a - b);
      const startingAt = (start: number) => completed.filter((row) => startOf(row) === start);
      for (const [i, start] of starts.entries()) {
        const ends = startingAt(start).map((row) => records.finishSeconds[row]!);
        expect(Math.max(...ends)).toBeLessThanOrEqual(starts[i + 1] ?? Infinity);
      }
      const padded = prefills(steps).map(({ chunks }) => chunks.map(([tokens]) => tokens));
      expect(padded).toEqual(
        starts.map((start) => {
          const rows = startingAt(start);
          return rows.map(() => Math.max(...rows.map((row) => requests[row]!.inputTokens)));
        }),
      );
    });
  });

  test("decodes a whole batch until its longest output is done", () => {
    const { steps } = watch(
      [
        { arrivalSeconds: 0, inputTokens: 50, outputTokens: 2 },
        { arrivalSeconds: 0, inputTokens: 20, outputTokens: 30 },
      ],
      {
        engine: { maxModelLen: 512, enableChunkedPrefill: false },
        config: { scheduler: { policy: "static" } },
      },
    );
    expect(steps.every(({ decodeSequences }) => decodeSequences === 0 || decodeSequences === 2)).toBe(true);
  });
});

describe("shortest job first", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 20 });

  test("serves by output length when it predicts without error and hardly ages", () => {
    fc.assert(
      fc.property(lengths, (outputs) => {
        const requests = outputs.map((outputTokens) => ({
          arrivalSeconds: 0.01,
          inputTokens: 5,
          outputTokens,
        }));
        const order = orderOfService(
          { policy: "sjf", predictionError: 0, agingTokensPerSecond: 1e-9 },
          requests,
        );
        expect(order).toEqual(outputs.map((_, i) => i).sort((a, b) => outputs[a]! - outputs[b]!));
      }),
      { numRuns: 100 },
    );
  });

  test("ages: a long request goes before shorter ones that came long after it", () => {
    const requests = [
      { arrivalSeconds: 0.01, inputTokens: 5, outputTokens: 200 },
      { arrivalSeconds: 0.5, inputTokens: 5, outputTokens: 100 },
    ];
    const order = (agingTokensPerSecond: number) =>
      orderOfService({ policy: "sjf", predictionError: 0, agingTokensPerSecond }, requests);
    expect(order(10)).toEqual([1, 0]);
    expect(order(1000)).toEqual([0, 1]);
  });

  test("mistakes lengths by a lognormal factor of median 1 that the seed decides", () => {
    const requests = Array.from({ length: 60 }, (_, i) => ({
      ...{ arrivalSeconds: 0.01, inputTokens: 5, outputTokens: 10 + 2 * i },
    }));
    const order = (predictionError: number, seed: number) =>
      orderOfService({ policy: "sjf", predictionError, agingTokensPerSecond: 1e-9 }, requests, { seed });
    const inversions = (rows: number[]) =>
      rows.reduce((sum, row, i) => sum + rows.slice(i + 1).filter((later) => later < row).length, 0);
    expect(order(1, 7)).toEqual(order(1, 7));
    expect(order(1, 7)).not.toEqual(order(1, 8));
    expect(inversions(order(0, 7))).toBe(0);
    const slightly = inversions(order(0.1, 7));
    const badly = inversions(order(1, 7));
    expect(slightly).toBeGreaterThan(0);
    expect(badly).toBeGreaterThan(2 * slightly);
  });
});

describe("priority classes", () => {
  test("never admit a request while one of a higher class waits", () => {
    forAll("priority", ({ config, result: { records }, requests, completed }) => {
      const { priorities } = config.scheduler as Extract<SchedulerConfig, { policy: "priority" }>;
      const last = Math.max(...Object.values(priorities)) + 1;
      const rank = (row: number) => priorities[CLASSES[requests[row]!.classIndex!]!] ?? last;
      for (const row of completed) {
        const start = records.firstScheduledSeconds[row]!;
        const overtaken = completed.filter(
          (other) =>
            rank(other) < rank(row) &&
            requests[other]!.arrivalSeconds <= start &&
            records.firstScheduledSeconds[other]! > start,
        );
        expect(overtaken).toEqual([]);
      }
    });
  });

  test("a higher class takes the memory of a lower one instead of waiting for it", () => {
    // Ten blocks of ten tokens: the two do not fit together.
    const requests = [
      { arrivalSeconds: 0, inputTokens: 60, outputTokens: 30, classIndex: 2 },
      { arrivalSeconds: 0.05, inputTokens: 60, outputTokens: 30, classIndex: 0 },
    ];
    const run = (priorities: Readonly<Record<string, number>>) =>
      simulate(
        listSource(requests, CLASSES),
        toyConfig({
          engine: { blockSize: 10, kvBlocks: 10 },
          config: { scheduler: { policy: "priority", priorities } },
        }),
      ).records;
    const chatFirst = run({ chat: 0, batch: 1 });
    expect(Array.from(chatFirst.preemptions.subarray(0, 2))).toEqual([1, 0]);
    expect(chatFirst.finishSeconds[1]).toBeLessThan(chatFirst.finishSeconds[0]!);
    const equal = run({ chat: 0, batch: 0 });
    expect(Array.from(equal.preemptions.subarray(0, 2))).toEqual([0, 0]);
  });
});

describe("earliest deadline first", () => {
  test("serves by arrival plus the target of the class", () => {
    const classed = fc.array(fc.tuple(fc.double({ min: 0, max: 0.3, noNaN: true }), fc.nat(2)), {
      minLength: 1,
      maxLength: 20,
    });
    const ttft = [0.1, 0.3, 2];
    fc.assert(
      fc.property(classed, (drawn) => {
        const requests = drawn
          .toSorted(([a], [b]) => a - b)
          .map(([arrivalSeconds, classIndex]) => ({
            ...{ arrivalSeconds, classIndex, inputTokens: 5, outputTokens: 3 },
          }));
        const byClass = Object.fromEntries(CLASSES.map((name, i) => [name, { ttftSeconds: ttft[i]! }]));
        const order = orderOfService({ policy: "edf" }, requests, {
          slo: { request: {}, byClass, run: [] },
        });
        const deadline = (i: number) => requests[i]!.arrivalSeconds + ttft[requests[i]!.classIndex]!;
        expect(order).toEqual(requests.map((_, i) => i).sort((a, b) => deadline(a) - deadline(b)));
      }),
      { numRuns: 100 },
    );
  });

  test("a class without a target is an error that names it", () => {
    const config = toyConfig({
      config: {
        scheduler: { policy: "edf" },
        slo: { request: {}, byClass: { chat: { ttftSeconds: 1 } }, run: [] },
      },
    });
    expect(() => simulate(listSource([], CLASSES), config)).toThrow(/"code" has none/);
  });
});

describe("fair shares", () => {
  /** Prompt and output tokens that a class got by a time, from requests that ended or, by their prompts, began. */
  const service = (
    { records }: SimulationResult,
    requests: readonly ListedRequest[],
    of: number,
    at: number,
  ) =>
    requests.reduce((sum, { classIndex, inputTokens, outputTokens }, row) => {
      if (classIndex !== of || !(records.firstScheduledSeconds[row]! <= at)) return sum;
      return sum + inputTokens + (records.finishSeconds[row]! <= at ? 2 * outputTokens : 0);
    }, 0);

  test("two classes that both have work get the same service, within the bound of the paper", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 4 }),
        (input, output, factor, seats) => {
          // The second class asks for `factor` times as much with every request, and for as many requests.
          const requests = Array.from({ length: 60 }, (_, i) => ({
            arrivalSeconds: 0,
            classIndex: i % 2,
            inputTokens: i % 2 === 0 ? input : factor * input,
            outputTokens: i % 2 === 0 ? output : factor * output,
          }));
          const result = simulate(
            listSource(requests, ["small", "large"]),
            toyConfig({
              engine: { maxNumSeqs: seats, maxNumBatchedTokens: 512 },
              config: { scheduler: { policy: "fair", promptWeight: 1, outputWeight: 2 } },
            }),
          );
          // Half way through the small ones both still wait.
          const at = result.records.firstScheduledSeconds[28]!;
          const difference = Math.abs(service(result, requests, 0, at) - service(result, requests, 1, at));
          // Sheng et al., theorem 4.4: 2 max(w_p L_input, w_q M), M the tokens of a batch; outputs count here at the end.
          const batchTokens = seats * factor * (input + output);
          expect(difference).toBeLessThanOrEqual(2 * 2 * batchTokens + 2 * seats * factor * output);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("a class that was idle does not get credit for it", () => {
    // Class 0 works alone for long; then class 1 comes with as much work. From then on they take turns.
    const early = Array.from({ length: 20 }, () => ({
      ...{ arrivalSeconds: 0, classIndex: 0, inputTokens: 10, outputTokens: 10 },
    }));
    const late = Array.from({ length: 20 }, (_, i) => ({
      ...{ arrivalSeconds: 1, classIndex: i % 2, inputTokens: 10, outputTokens: 10 },
    }));
    const requests = [...early, ...late];
    const { records } = simulate(
      listSource(requests, CLASSES),
      toyConfig({
        engine: { maxNumSeqs: 1 },
        config: { scheduler: { policy: "fair", promptWeight: 1, outputWeight: 2 } },
      }),
    );
    const order = requests
      .map((_, row) => row)
      .filter((row) => records.firstScheduledSeconds[row]! > 1)
      .sort((a, b) => records.firstScheduledSeconds[a]! - records.firstScheduledSeconds[b]!)
      .map((row) => requests[row]!.classIndex);
    const firstTwenty = order.slice(0, 18);
    const turns = firstTwenty.filter((one, i) => i > 0 && one !== firstTwenty[i - 1]).length;
    expect(turns).toBe(17);
  });
});

describe("co-scheduling", () => {
  test("exceeds its target only in steps with no more than the minimum chunk", () => {
    let grown = 0;
    let minimal = 0;
    forAll("co-scheduling", ({ config, steps }) => {
      const { tbtSeconds, minChunkTokens } = config.scheduler as Extract<
        SchedulerConfig,
        { policy: "co-scheduling" }
      >;
      for (const step of prefills(steps)) {
        if (step.decodeSequences === 0) continue;
        const prompt = tokensOf(step) - step.decodeSequences;
        if (prompt > minChunkTokens) {
          expect(step.seconds).toBeLessThanOrEqual(tbtSeconds);
          grown++;
        } else {
          minimal++;
        }
      }
    });
    expect(grown).toBeGreaterThan(100);
    expect(minimal).toBeGreaterThan(100);
  });

  test("takes the largest chunk that the target lets it take", () => {
    // 8 ms a step, 50 µs a token: beside one decode 79 prompt tokens make 12 ms.
    const { steps } = watch(
      [
        { arrivalSeconds: 0, inputTokens: 1, outputTokens: 60 },
        { arrivalSeconds: 0.05, inputTokens: 400, outputTokens: 2 },
      ],
      {
        cost: { secondsPerContextToken: 0, secondsPerLogit: 0 },
        config: { scheduler: { policy: "co-scheduling", tbtSeconds: 0.012 + 1e-9, minChunkTokens: 8 } },
      },
    );
    const beside = prefills(steps).filter(({ decodeSequences }) => decodeSequences > 0);
    expect(beside.map(({ chunks }) => chunks[0]![0])).toEqual([79, 79, 79, 79, 79, 5]);
  });
});
