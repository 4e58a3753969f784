import { runStatistics } from "../../src/analysis/statistics/run-statistics.ts";
import type { RunReport } from "../../src/report/run-report.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { replay } from "../../src/scenario/replay.ts";
import { memoryFiles } from "../scenario/memory-files.ts";

const YAML = `
name: sample <scenario> & co
description: A few requests on two systems.
seed: 3
model: llama-3.1-8b
workload:
  synthetic:
    arrivals: { process: poisson, rate: 6/s }
    input: { distribution: uniform, min: 20, max: 3000 }
    output: { distribution: uniform, min: 1, max: 120 }
    requests: 150
    classes: [{ name: chat, weight: 3 }, { name: "batch, big", weight: 1 }]
serving: { max_model_len: 2500, max_num_batched_tokens: 512 }
slo: { ttft: 300ms, max_tbt: 60ms, ttft_p99: 500ms }
systems:
  hda: { device: ador-recalled }
  a100: { device: a100-80gb }
`;

/** Real runs of two systems under the same small traffic; some requests are too long and rejected. */
export function sampleReports(): RunReport[] {
  const scenario = loadScenario("sample.yaml", memoryFiles({ "sample.yaml": YAML }));
  if (scenario.workload.kind !== "synthetic") throw new Error("the sample is synthetic");
  const supply = { kind: "synthetic", spec: scenario.workload.spec, seed: scenario.seed } as const;
  return scenario.systems.map((system) => {
    const outcome = replay(scenario, system, supply, { mode: "fast-forward", timelineSeconds: undefined });
    return {
      scenario,
      system,
      outcome,
      statistics: runStatistics(outcome.records, outcome.window, outcome.interrupted),
      identity: {
        scenarioHash: "0".repeat(64),
        version: "1.2.3",
        trace: undefined,
        warnings: ["a <warning>"],
      },
    };
  });
}
