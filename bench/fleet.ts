import { createConversationSource } from "../src/workload/clients/conversations.ts";
import { loadScenario, simulate } from "../src/index.ts";
import { simulationConfig } from "../src/scenario/replay.ts";
import { printTable, whole } from "./table.ts";

/** Sixty-four replicas of eight devices each, and half a million turns of conversations that stay where they began. */
const SCENARIO = `
model: llama-3.1-70b
device: h100
seed: 1
cluster: { replicas: 64, tensor_parallel: 8, router: prefix-affinity }
serving: { max_model_len: 16384, max_num_batched_tokens: 2048 }
slo: { ttft: 2s, tpot: 60ms }
workload:
  conversations:
    arrivals: { process: poisson, rate: 140/s }
    think_time: { distribution: lognormal, median: 10s, sigma: 0.8 }
    turns: { distribution: uniform, min: 1, max: 9 }
    max_context: 8000
    input: { distribution: lognormal, median: 200, sigma: 0.9, max: 2000 }
    output: { distribution: lognormal, median: 150, sigma: 0.7, max: 1000 }
    requests: 500000
`;

function benchFleet(): void {
  const files = { readText: () => SCENARIO, exists: () => true, baseName: (path: string) => path };
  const scenario = loadScenario("fleet.yaml", { ...files, resolve: (_: string, path: string) => path });
  const { workload, seed } = scenario;
  if (workload.kind !== "conversations") throw new Error("the fleet bench needs conversations");
  const supply = { ...workload, seed };
  const config = simulationConfig(scenario, scenario.systems[0]!, supply, {
    ...{ mode: "fast-forward", timelineSeconds: undefined },
  });
  const start = performance.now();
  const { metrics, effort } = simulate(createConversationSource(workload.spec, seed), config);
  const seconds = (performance.now() - start) / 1e3;
  console.log(metrics.counts, effort, metrics.kv, metrics.ttft.p99, metrics.slo, metrics.audit.every(a=>a.passed), metrics.durationSeconds);
  printTable("64 replicas of 8 devices, prefix affinity", ["requests", "seconds", "requests per second", "peak memory"], [
    [whole(metrics.counts.completed), seconds.toFixed(2), whole(metrics.counts.completed / seconds), `${whole(process.resourceUsage().maxRSS / 1024)} MB`],
  ]);
}

benchFleet();
