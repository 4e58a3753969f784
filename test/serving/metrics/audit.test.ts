import { describe, expect, test } from "vitest";
import { findDevice } from "../../../src/hardware/catalog.ts";
import { BF16 } from "../../../src/models/llm-model.ts";
import { findModel } from "../../../src/models/catalog.ts";
import { compileStepCost } from "../../../src/perf/compile.ts";
import { Cluster } from "../../../src/serving/cluster.ts";
import { audit } from "../../../src/serving/metrics/audit.ts";
import { Tally } from "../../../src/serving/metrics/tally.ts";
import { listSource } from "../../support/list-source.ts";
import { toyConfig } from "../../support/simulation.ts";

const cost = compileStepCost({
  model: findModel("llama-3.1-8b"),
  device: findDevice("a100-80gb"),
  parallelism: { tensorParallel: 1, pipelineParallel: 1, expertParallel: 1, dataParallelAttention: 1 },
  precision: BF16,
});
/** Eight requests a second on two replicas that share them evenly. */
const requests = Array.from({ length: 400 }, (_, i) => ({
  arrivalSeconds: i / 8,
  inputTokens: 100 + ((i * 7919) % 900),
  outputTokens: 1 + ((i * 104_729) % 120),
}));
const config = toyConfig({
  engine: { maxNumSeqs: 8 },
  config: { cost, replicas: 2, timelineSeconds: 0.25 },
});

function finishedCluster(): Cluster {
  const cluster = new Cluster(listSource(requests), config);
  cluster.run(undefined);
  return cluster;
}

const auditOf = (cluster: Cluster) =>
  audit(
    cluster,
    config,
    new Tally(cluster.log),
    cluster.replicas.map(({ meter }) => meter.charges()),
  );

test("an untouched run keeps every law, those of stations and bounds among them", () => {
  const checks = auditOf(finishedCluster());
  expect(checks.filter(({ passed }) => !passed)).toEqual([]);
  expect(checks.map(({ law }) => law)).toEqual(
    expect.arrayContaining([
      "Little's law in queue and batch",
      "Little's law in prefill",
      "Little's law in decode",
      "flow balance at every replica",
      "utilisation law: busy time is charged step for step",
      "throughput is below saturation",
      "no fewer requests in the system than in M/G/∞",
    ]),
  );
});

describe("the audit catches", () => {
  const broken: Record<string, readonly [law: string, breakIt: (cluster: Cluster) => void]> = {
    "a request that the queue let go before its record says so": [
      "Little's law in queue and batch",
      ({ log }) => (log.firstScheduledSeconds[200]! += 0.26),
    ],
    "a request that is still in the batch after its record ends": [
      "Little's law in queue and batch",
      ({ log }) => (log.endSeconds[200]! -= 0.26),
    ],
    "a first token that is recorded late": [
      "Little's law in prefill",
      ({ log }) => (log.firstTokenSeconds[200]! += 0.001),
    ],
    "a gap that was never recorded": [
      "Little's law in decode",
      ({ gaps }) => {
        gaps.add(0.01, 1);
      },
    ],
    "tokens generated on another replica than the record says": [
      "flow balance at every replica",
      ({ log }) => (log.replica[200] = 1 - log.replica[200]!),
    ],
    "a step that passed and was not charged": [
      "utilisation law: busy time is charged step for step",
      ({ replicas }) => replicas[0]!.meter.steps++,
    ],
    "a run that is shorter than its work": [
      "throughput is below saturation",
      (cluster) => (cluster.nowSeconds = cluster.firstArrivalSeconds + 0.5),
    ],
    "requests that finish before any machine could": [
      "no fewer requests in the system than in M/G/∞",
      ({ log }) => {
        for (let row = 0; row < log.length; row++) {
          log.finishSeconds[row] = log.arrivalSeconds[row]! + 1e-4;
        }
      },
    ],
  };
  test.each(Object.entries(broken))("%s", (_what, [law, breakIt]) => {
    const cluster = finishedCluster();
    breakIt(cluster);
    const failed = auditOf(cluster).filter(({ passed }) => !passed);
    expect(failed.map((check) => check.law)).toContain(law);
  });
});
