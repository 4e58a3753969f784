import { estimate } from "../analysis/estimate/estimate.ts";
import { estimateRequest } from "../analysis/estimate/scenario-estimate.ts";
import { deviceCount } from "../models/parallelism.ts";
import { diskFiles } from "../node/disk-files.ts";
import { jsonText } from "../node/result-files.ts";
import { prepareRequests } from "../node/run-scenario.ts";
import { estimateJsonOf } from "../report/estimate/estimate-json.ts";
import type { EstimateReport } from "../report/estimate/estimate-report.ts";
import { estimateScreen } from "../report/estimate/estimate-screen.ts";
import { loadScenario } from "../scenario/load.ts";
import { checkSupply } from "../scenario/request-supply.ts";
import type { EstimateFlags } from "./flags.ts";
import { paintFor } from "./paint.ts";

/** `ador estimate`: what each system of a scenario does under its traffic, by formulas alone. */
export async function estimateCommand(path: string, flags: EstimateFlags): Promise<void> {
  const scenario = loadScenario(path, diskFiles, flags);
  const { supply, identity } = await prepareRequests(scenario);
  checkSupply(supply, scenario);
  const report: EstimateReport = {
    scenario: scenario.name,
    seed: scenario.seed,
    systems: scenario.systems.map((system) => {
      const { leftOut, ...request } = estimateRequest(scenario, system, supply);
      return {
        ...{ name: system.name, device: system.device.name, model: system.model.name },
        devices: system.replicas * deviceCount(system.parallelism),
        ...{ traffic: request.traffic, estimate: estimate(request), leftOut },
      };
    }),
  };
  for (const warning of identity.warnings) process.stderr.write(`warning: ${warning}\n`);
  process.stdout.write(
    flags.json === true
      ? jsonText(estimateJsonOf(report))
      : estimateScreen(report, paintFor(process.stdout.isTTY)),
  );
}
