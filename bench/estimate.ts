import { Bench } from "tinybench";
import { estimate } from "../src/analysis/estimate/estimate.ts";
import { estimateRequest } from "../src/analysis/estimate/scenario-estimate.ts";
import { diskFiles, loadScenario, readTraceFile } from "../src/index.ts";
import { AZURE_SCENARIO, AZURE_TRACE } from "./azure-case.ts";
import { compileStepCost } from "../src/perf/compile.ts";
import { printTable } from "./table.ts";

const AIM_MILLISECONDS = 0.4;

const SYSTEMS = [
  ["1 × ador-recalled", "device=ador-recalled", "cluster.replicas=1"],
  ["2 × ador-recalled", "device=ador-recalled", "cluster.replicas=2"],
  ["4 × a100-80gb", "device=a100-80gb", "cluster.replicas=4"],
  ["2 × h100, budget 8192", "device=h100", "serving.max_num_batched_tokens=8192"],
] as const;

/** Estimates of the Azure conversation trace: again on the same cost model (warm), and on one compiled for it (a design that a search meets for the first time). */
export async function benchEstimate(): Promise<void> {
  const { table } = await readTraceFile(AZURE_TRACE, { format: "auto" });
  const supply = { kind: "table", table } as const;
  const rows: string[][] = [];
  for (const [name, ...set] of SYSTEMS) {
    const scenario = loadScenario(AZURE_SCENARIO, diskFiles, { trace: AZURE_TRACE, set });
    const system = scenario.systems[0]!;
    const request = estimateRequest(scenario, system, supply);
    const expected = estimate(request).latencies.ttft?.p99;
    const bench = new Bench({ time: 500, warmupTime: 300 });
    bench.add("warm", () => {
      if (estimate(request).latencies.ttft?.p99 !== expected) throw new Error("the estimate changed");
    });
    bench.add("new design", () => {
      estimate(estimateRequest(scenario, system, supply, request.traffic, compileStepCost(system)));
    });
    const [warm, fresh] = (await bench.run()).map(({ result }) => {
      if (result.state !== "completed") throw new Error("the bench did not complete");
      return result.latency.p50;
    });
    const aim = warm! < AIM_MILLISECONDS ? "met" : "missed";
    rows.push([name, `${warm!.toFixed(3)} ms (${aim})`, `${fresh!.toFixed(3)} ms`]);
  }
  printTable(
    `Estimate of the Azure conversation trace, median; aim ${AIM_MILLISECONDS} ms warm`,
    ["system", "warm", "design met for the first time"],
    rows,
  );
}
