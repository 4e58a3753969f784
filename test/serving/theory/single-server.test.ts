import { randomExponential } from "d3-random";
import { expect, test } from "vitest";
import { randomStream } from "../../../src/core/random.ts";
import { simulate } from "../../../src/serving/simulate.ts";
import { listSource } from "../../support/list-source.ts";
import { toyConfig } from "../../support/simulation.ts";

const REPLICATIONS = 30;
/** Two-sided 95 % quantile of Student's t with 29 degrees of freedom. */
const T_QUANTILE = 2.045;

interface Replication {
  readonly meanWaitSeconds: number;
  /** λ E[S²] / (2 (1 − ρ)) with the arrival rate and the service moments of this replication. */
  readonly theorySeconds: number;
}

/** One request at a time, Poisson arrivals: the engine is then a single-server queue. */
function replicate(seed: number, drawOutputTokens: (uniform: () => number) => number): Replication {
  const lengths = randomStream(seed, "lengths");
  const draws = Array.from({ length: 4000 }, () => drawOutputTokens(lengths));
  const config = toyConfig({
    engine: { maxNumSeqs: 1 },
    cost: { baseSeconds: 0.01, secondsPerToken: 0, secondsPerContextToken: 0 },
  });
  // Each output token takes one step, the first of them the prefill step.
  const meanServiceSeconds = (0.01 + 1e-6) * (draws.reduce((sum, tokens) => sum + tokens, 0) / draws.length);
  const utilization = 0.7;
  const rate = utilization / meanServiceSeconds;
  const pause = randomExponential.source(randomStream(seed, "arrivals"))(rate);
  let arrivalSeconds = 0;
  const requests = draws.map((outputTokens) => {
    arrivalSeconds += pause();
    return { arrivalSeconds, inputTokens: 8, outputTokens };
  });
  const { records } = simulate(listSource(requests), config);

  const warmup = 1000;
  let wait = 0;
  let service = 0;
  let serviceSquares = 0;
  for (let row = warmup; row < records.length; row++) {
    wait += records.firstScheduledSeconds[row]! - records.arrivalSeconds[row]!;
    const seconds = records.finishSeconds[row]! - records.firstScheduledSeconds[row]!;
    service += seconds;
    serviceSquares += seconds * seconds;
  }
  const count = records.length - warmup;
  const load = rate * (service / count);
  return {
    meanWaitSeconds: wait / count,
    theorySeconds: (rate * (serviceSquares / count)) / (2 * (1 - load)),
  };
}

test.each([
  { queue: "M/D/1", drawOutputTokens: () => 20 },
  { queue: "M/U/1", drawOutputTokens: (uniform: () => number) => 1 + Math.floor(uniform() * 40) },
  { queue: "M/M/1", drawOutputTokens: (uniform: () => number) => Math.ceil(-Math.log(1 - uniform()) * 20) },
])("with one slot the mean wait of $queue is that of Pollaczek and Khinchine", ({ drawOutputTokens }) => {
  const replications = Array.from({ length: REPLICATIONS }, (_, seed) => replicate(seed, drawOutputTokens));
  const waits = replications.map(({ meanWaitSeconds }) => meanWaitSeconds);
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / REPLICATIONS;
  const variance = waits.reduce((sum, wait) => sum + (wait - mean) ** 2, 0) / (REPLICATIONS - 1);
  const halfWidth = T_QUANTILE * Math.sqrt(variance / REPLICATIONS);
  const theory = replications.reduce((sum, { theorySeconds }) => sum + theorySeconds, 0) / REPLICATIONS;
  expect(Math.abs(mean - theory), `${mean} s against ${theory} s ± ${halfWidth} s`).toBeLessThanOrEqual(
    halfWidth,
  );
  // The interval must be narrow enough to be a test at all.
  expect(halfWidth / theory).toBeLessThan(0.1);
});
