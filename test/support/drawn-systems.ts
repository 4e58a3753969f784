import fc from "fast-check";
import type { ListedRequest } from "./list-source.ts";
import type { SimulationOverrides } from "./simulation.ts";

const gap = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 5, arbitrary: fc.double({ min: 0, max: 0.05, noNaN: true }) },
  { weight: 3, arbitrary: fc.double({ min: 0, max: 2, noNaN: true }) },
);
/** Up to 60 requests that arrive together, in bursts or apart. */
export const drawnRequests: fc.Arbitrary<ListedRequest[]> = fc
  .array(fc.tuple(gap, fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 140 })), {
    minLength: 1,
    maxLength: 60,
  })
  .map((rows) => {
    let seconds = 0;
    return rows.map(([pause, inputTokens, outputTokens]) => {
      seconds += pause;
      return { arrivalSeconds: seconds, inputTokens, outputTokens };
    });
  });

/** Systems from pools that hold hardly one request to roomy ones, with every switch of the engine. */
export const drawnSystems: fc.Arbitrary<SimulationOverrides> = fc
  .record({
    blockSize: fc.constantFrom(1, 3, 8, 16),
    kvTokens: fc.oneof(fc.integer({ min: 400, max: 900 }), fc.integer({ min: 900, max: 20_000 })),
    maxNumSeqs: fc.constantFrom(1, 2, 5, 16, 64),
    budget: fc.constantFrom(64, 100, 512),
    chunked: fc.boolean(),
    threshold: fc.constantFrom(0, 0, 7, 40),
    replicas: fc.constantFrom(1, 1, 2, 3),
    router: fc.constantFrom("round-robin" as const, "least-outstanding" as const),
    flatContextTokens: fc.constantFrom(0, 300, 2000),
    windowTokens: fc.constantFrom([], [32], [50, 128]),
    contextCost: fc.constantFrom(0, 1e-7, 1e-5),
    timelineSeconds: fc.constantFrom(0, 0.037),
    fromSeconds: fc.constantFrom(0, 0.3),
    // The longer one lets all but a few requests in, the shorter one refuses many.
    maxModelLen: fc.constantFrom(430, 430, 250),
    untilSeconds: fc.constantFrom(Infinity, Infinity, 1),
  })
  .map((draw): SimulationOverrides => {
    const { maxModelLen } = draw;
    return {
      engine: {
        blockSize: draw.blockSize,
        kvBlocks: Math.ceil(draw.kvTokens / draw.blockSize),
        maxNumSeqs: draw.maxNumSeqs,
        maxNumBatchedTokens: draw.chunked ? draw.budget : maxModelLen,
        maxModelLen,
        enableChunkedPrefill: draw.chunked,
        longPrefillTokenThreshold: draw.threshold,
      },
      cost: {
        flatContextTokens: draw.flatContextTokens,
        windowTokens: draw.windowTokens,
        secondsPerContextToken: draw.contextCost,
      },
      config: {
        replicas: draw.replicas,
        router: draw.router,
        timelineSeconds: draw.timelineSeconds,
        window: { fromSeconds: draw.fromSeconds, untilSeconds: draw.untilSeconds },
        // Between the gaps of a quiet and of a busy replica, and equal to none.
        slo: { request: { maxTbtSeconds: 0.0103337 }, run: [] },
        attribution: true,
      },
    };
  });
