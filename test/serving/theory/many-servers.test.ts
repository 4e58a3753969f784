import { expect, test } from "vitest";
import { randomStream } from "../../../src/core/random.ts";
import { simulate } from "../../../src/serving/simulate.ts";
import { listSource } from "../../support/list-source.ts";
import { erlangWait } from "../../support/erlang.ts";
import { toyConfig } from "../../support/simulation.ts";

const REPLICATIONS = 30;
/** Seconds of a step, whatever it holds. */
const STEP = 0.01;
const flat = { baseSeconds: STEP, secondsPerToken: 0, secondsPerContextToken: 0, secondsPerLogit: 0 };
const MEAN_TOKENS = 80;

/** Mean wait before one queue for `replicas` of one slot each. */
function replicate(
  seed: number,
  replicas: number,
  utilization: number,
  drawTokens: (uniform: () => number) => number,
) {
  const lengths = randomStream(seed, "lengths");
  const gaps = randomStream(seed, "gaps");
  const rate = (utilization * replicas) / (MEAN_TOKENS * STEP);
  let arrivalSeconds = 0;
  const requests = Array.from({ length: 6000 }, () => {
    arrivalSeconds -= Math.log(gaps()) / rate;
    return { arrivalSeconds, inputTokens: 1, outputTokens: drawTokens(lengths) };
  });
  const config = toyConfig({
    ...{ engine: { maxNumSeqs: 1 }, cost: flat },
    config: { replicas, router: "central", seed },
  });
  const { records } = simulate(listSource(requests), config);
  const warmup = 1000;
  let wait = 0;
  for (let row = warmup; row < records.length; row++) {
    wait += records.firstScheduledSeconds[row]! - records.arrivalSeconds[row]!;
  }
  return wait / (records.length - warmup);
}

// The wait of M/M/k scaled by half of 1 + C²: Lee and Longton, "Queueing processes associated with airline passenger
// check-in", Operational Research Quarterly 10(1), 1959. Exact for one server; for several it is held to 10 %.
test.each([
  { queue: "M/D/4", squaredVariation: 0, drawTokens: () => MEAN_TOKENS },
  {
    queue: "M/U/4",
    squaredVariation: (160 ** 2 - 1) / 12 / MEAN_TOKENS ** 2,
    drawTokens: (uniform: () => number) => 1 + Math.floor(uniform() * 160) - (uniform() < 0.5 ? 1 : 0),
  },
  {
    // One in five takes 280 steps, the others 30: mean 80, variance 0.2 · 200² + 0.8 · 50² = 10,000.
    queue: "M/G/4 with rare long requests",
    squaredVariation: 10_000 / MEAN_TOKENS ** 2,
    drawTokens: (uniform: () => number) => (uniform() < 0.2 ? 280 : 30),
  },
])("$queue waits as Lee and Longton say", ({ squaredVariation, drawTokens }) => {
  const [replicas, utilization] = [4, 0.8];
  const waits = Array.from({ length: REPLICATIONS }, (_, seed) =>
    replicate(seed, replicas, utilization, (uniform) => Math.max(1, drawTokens(uniform))),
  );
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / REPLICATIONS;
  const theory =
    ((1 + squaredVariation) / 2) * erlangWait(replicas, replicas * utilization, MEAN_TOKENS * STEP);
  expect(Math.abs(mean / theory - 1), `${mean} s against ${theory} s`).toBeLessThan(0.1);
});
