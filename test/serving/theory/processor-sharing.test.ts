import { expect, test } from "vitest";
import { randomStream } from "../../../src/core/random.ts";
import { simulate } from "../../../src/serving/simulate.ts";
import { listSource } from "../../support/list-source.ts";
import { meanWithin } from "../../support/replications.ts";
import { toyConfig } from "../../support/simulation.ts";

/** Seconds that each sequence adds to a step: with nothing else in it, n sequences each run at 1/n of the speed. */
const SECONDS_PER_TOKEN = 1e-4;
const MEAN_TOKENS = 400;
const cost = {
  ...{ baseSeconds: 1e-9, secondsPerToken: SECONDS_PER_TOKEN },
  ...{ secondsPerContextToken: 0, secondsPerLogit: 0 },
};

function meanResponse(
  seed: number,
  utilization: number,
  drawTokens: (uniform: () => number) => number,
): number {
  const lengths = randomStream(seed, "lengths");
  const gaps = randomStream(seed, "gaps");
  const rate = utilization / (MEAN_TOKENS * SECONDS_PER_TOKEN);
  let arrivalSeconds = 0;
  const requests = Array.from({ length: 5000 }, () => {
    arrivalSeconds -= Math.log(gaps()) / rate;
    return { arrivalSeconds, inputTokens: 1, outputTokens: Math.max(1, Math.round(drawTokens(lengths))) };
  });
  const engine = { maxNumSeqs: 512, maxNumBatchedTokens: 1024, kvBlocks: 1e6 };
  const { records, metrics } = simulate(listSource(requests), toyConfig({ engine, cost }));
  expect(metrics.counts.completed).toBe(requests.length);
  let response = 0;
  for (let row = 1000; row < records.length; row++) {
    response += records.finishSeconds[row]! - records.arrivalSeconds[row]!;
  }
  return response / (records.length - 1000);
}

// Decoding in which every sequence adds the same time to a step is processor sharing: the mean response of M/G/1-PS is
// E[S] / (1 - ρ), whatever the distribution. Source: Kleinrock, "Queueing systems", volume 2, 1976, section 4.4.
test.each([
  { lengths: "equal", drawTokens: () => MEAN_TOKENS },
  { lengths: "exponential", drawTokens: (uniform: () => number) => -Math.log(uniform()) * MEAN_TOKENS },
  {
    lengths: "mostly short, some very long",
    drawTokens: (uniform: () => number) => (uniform() < 0.1 ? 2200 : 200),
  },
])("with $lengths answers decode shares the processor: E[S] / (1 - ρ)", ({ drawTokens }) => {
  const utilization = 0.7;
  const means = Array.from({ length: 30 }, (_, seed) => meanResponse(seed, utilization, drawTokens));
  // A request waits for the end of the step that it meets: half a step of the n sequences there.
  const sequences = utilization / (1 - utilization);
  const theory = (MEAN_TOKENS * SECONDS_PER_TOKEN) / (1 - utilization);
  const residual = (sequences * SECONDS_PER_TOKEN) / 2;
  expect(residual / theory).toBeLessThan(0.005);
  meanWithin(means, theory + residual, 0.08);
});
