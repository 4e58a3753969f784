import { loadScenario, simulate, simulationConfig, type ScenarioFiles } from "../src/index.ts";
import { createConversationSource } from "../src/workload/clients/conversations.ts";
import { printTable, whole } from "./table.ts";

/** Sixty-four replicas of eight devices each, and half a million turns of conversations that find what was said before. */
const SCENARIO = `
model: llama-3.1-70b
device: h100
seed: 1
cluster: { replicas: 64, tensor_parallel: 8, router: prefix-affinity }
serving: { max_model_len: 16384, max_num_batched_tokens: 2048, enable_prefix_caching: true }
slo: { ttft: 2s, tpot: 60ms }
workload:
  conversations:
    arrivals: { process: poisson, rate: 120/s } # of conversations, five turns each on average
    think_time: { distribution: lognormal, median: 10s, sigma: 0.8 }
    turns: { distribution: uniform, min: 1, max: 9 }
    max_context: 8000
    input: { distribution: lognormal, median: 200, sigma: 0.9, max: 2000 }
    output: { distribution: lognormal, median: 150, sigma: 0.7, max: 1000 }
    requests: 500000
`;

/** Engine steps of this run, within a twentieth: others mean other work, and figures that say nothing of those before. */
const EXPECTED_STEPS = 4_130_740;

const FILES: ScenarioFiles = {
  readText: () => SCENARIO,
  exists: () => true,
  resolve: (path) => path,
  baseName: (path) => path,
};

/** Requests per second and peak memory of a large cluster with affinity. Run in a process of its own. */
function benchFleet(): void {
  const scenario = loadScenario("fleet.yaml", FILES);
  const { workload, seed } = scenario;
  if (workload.kind !== "conversations") throw new Error("the fleet bench needs conversations");
  const supply = { ...workload, seed };
  const options = { mode: "fast-forward", timelineSeconds: undefined } as const;
  const config = simulationConfig(scenario, scenario.systems[0]!, supply, options);
  const before = process.cpuUsage();
  const start = performance.now();
  const { metrics, effort } = simulate(createConversationSource(workload.spec, seed), config);
  const seconds = (performance.now() - start) / 1e3;
  const { user, system } = process.cpuUsage(before);
  const { counts, audit, prefixCache } = metrics;
  if (!(prefixCache!.hitTokens > 0)) throw new Error("no turn found what was said before it");
  if (counts.completed !== 500_000) throw new Error(`${counts.completed} of 500,000 requests completed`);
  const broken = audit.find(({ passed }) => !passed);
  if (broken !== undefined) throw new Error(`audit: ${broken.law}: ${broken.detail}`);
  if (Math.abs(effort.steps / EXPECTED_STEPS - 1) > 0.05) {
    throw new Error(`work changed: ${effort.steps} steps, was ${EXPECTED_STEPS}`);
  }
  printTable(
    "64 replicas of 8 devices, conversations with prefix caching and affinity",
    [
      "requests",
      "seconds",
      "requests per second",
      "processor seconds",
      "steps",
      "of them skipped",
      "peak memory",
    ],
    [
      [
        whole(counts.completed),
        seconds.toFixed(2),
        whole(counts.completed / seconds),
        ((user + system) / 1e6).toFixed(2),
        whole(effort.steps),
        whole(effort.stepsSkipped),
        `${whole(process.resourceUsage().maxRSS / 1024)} MB`,
      ],
    ],
  );
}

benchFleet();
