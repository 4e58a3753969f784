import { existsSync } from "node:fs";
import { resolve } from "node:path";
import {
  createTableSource,
  diskFiles,
  loadScenario,
  readTraceFile,
  simulate,
  type RequestTable,
  type SimulationConfig,
  type SimulationResult,
} from "../src/index.ts";
import { simulationConfig } from "../src/scenario/replay.ts";

/** `npm run bench` starts here; the compiled benches themselves lie in dist/bench. */
const ROOT = process.cwd();
const REAL_TRACE = resolve(ROOT, "../shared/traces-real/azure-2023-conv.csv");

/** The real Azure 2023 conversation trace where it lies beside the repository, else the bundled one like it. */
export const AZURE_TRACE = existsSync(REAL_TRACE) ? REAL_TRACE : resolve(ROOT, "traces/azure-conv-like.csv");
export const AZURE_SCENARIO = resolve(ROOT, "scenarios/azure-conv-llama3-8b.yaml");

export interface Case {
  readonly table: RequestTable;
  readonly config: SimulationConfig;
}

/** The Azure conversation hour on Llama-3.1-8B replicas, with all that a run measures switched on. */
export async function azureCase(replicas: number, maxNumBatchedTokens: number): Promise<Case> {
  const scenario = loadScenario(AZURE_SCENARIO, diskFiles, {
    trace: AZURE_TRACE,
    set: [`cluster.replicas=${replicas}`, `serving.max_num_batched_tokens=${maxNumBatchedTokens}`],
  });
  const { table } = await readTraceFile(AZURE_TRACE, { format: "auto" });
  const supply = { kind: "table", table } as const;
  const options = { mode: "fast-forward", timelineSeconds: 0 } as const;
  return { table, config: simulationConfig(scenario, scenario.systems[0]!, supply, options) };
}

/** Runs the case and makes sure that all of it was simulated. */
export function runCase({ table, config }: Case, mode: SimulationConfig["mode"]): SimulationResult {
  const result = simulate(createTableSource(table), { ...config, mode });
  const { counts, audit } = result.metrics;
  if (counts.completed !== table.length)
    throw new Error(`${counts.completed} of ${table.length} requests completed`);
  const broken = audit.find(({ passed }) => !passed);
  if (broken !== undefined) throw new Error(`audit: ${broken.law}: ${broken.detail}`);
  return result;
}
