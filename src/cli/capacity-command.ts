import { join } from "node:path";
import {
  findCapacity,
  measureLevels,
  type CapacityKind,
  type CapacityQuestion,
} from "../analysis/capacity/capacity.ts";
import { curveLevels } from "../analysis/capacity/curve-levels.ts";
import { targetsOf } from "../analysis/capacity/slo-target.ts";
import { trafficOf } from "../analysis/estimate/scenario-estimate.ts";
import { InputError } from "../core/errors.ts";
import { parseQuantity } from "../core/units.ts";
import { OutputFolder } from "../node/output-folder.ts";
import type { ReplayPool } from "../node/replay-pool.ts";
import { jsonText } from "../node/result-files.ts";
import { capacityJsonOf } from "../report/capacity/capacity-json.ts";
import type { CapacityReport, SystemCapacity } from "../report/capacity/capacity-report.ts";
import { capacityScreen } from "../report/capacity/capacity-screen.ts";
import type { DurationSpec } from "../workload/clients/durations.ts";
import type { CapacityFlags } from "./flags.ts";
import { chosenSystems, loadExperiment, withReplayPool, type Experiment } from "./laboratory.ts";
import { paintFor } from "./paint.ts";
import { sloFlags, sloOf } from "./slo-flag.ts";

/** Levels that a search takes, about: for the progress bar alone. */
const USUAL_LEVELS = 10;

/** `ador capacity`: the load that each system of a scenario bears within its targets. */
export async function capacityCommand(path: string, flags: CapacityFlags): Promise<void> {
  const kind = kindOf(flags);
  const written = sloFlags(flags.slo);
  const { scenario: loaded, ...experiment } = await loadExperiment(path, { ...flags, flags: written });
  const scenario = written.length === 0 ? loaded : { ...loaded, slo: sloOf(loaded.slo, written) };
  const targets = targetsOf(scenario.slo, flags.attainment);
  const systems = chosenSystems(scenario, flags.system);
  const folder = flags.out === undefined ? undefined : new OutputFolder(flags.out, flags.force === true);
  const expected = systems.length * (USUAL_LEVELS * flags.replications + (flags.curve === true ? 12 : 0));
  const label = "capacity";
  try {
    const found = await withReplayPool({ label, expected, quiet: flags.json === true }, async (pool) => {
      const answers: SystemCapacity[] = [];
      for (const system of systems) {
        const question: CapacityQuestion = {
          ...{ kind, scenario, system, supply: experiment.supply, targets },
          ...{ confidence: flags.confidence, tolerance: flags.tolerance, replications: flags.replications },
          ...(flags.thinkTime !== undefined && { thinkTime: thinkTimeOf(flags.thinkTime) }),
        };
        answers.push(await systemCapacity(question, pool, flags.curve === true));
      }
      return answers;
    });
    const report = reportOf({ scenario, ...experiment }, kind, targets, flags.confidence, found);
    if (folder !== undefined) await writeCapacity(folder, report);
    process.stdout.write(
      flags.json === true
        ? jsonText(capacityJsonOf(report))
        : capacityScreen(report, paintFor(process.stdout.isTTY)),
    );
    if (flags.out !== undefined)
      process.stderr.write(`written to ${join(flags.out, "report.html")} and beside it\n`);
  } catch (error) {
    folder?.discard();
    throw error;
  }
}

async function systemCapacity(
  question: CapacityQuestion,
  pool: ReplayPool,
  withCurve: boolean,
): Promise<SystemCapacity> {
  const { system, supply } = question;
  const answer = await findCapacity(question, pool.replay);
  const traffic = trafficOf(supply, system);
  const levels = withCurve ? curveLevels(question, answer, traffic) : [];
  const curve = await measureLevels(question, traffic, levels, pool.replay);
  return { name: system.name, device: system.device.name, answer, curve };
}

function reportOf(
  { scenario, identity }: Experiment,
  kind: CapacityKind,
  targets: CapacityReport["targets"],
  confidence: number,
  systems: readonly SystemCapacity[],
): CapacityReport {
  const { scenarioHash, version } = identity;
  return {
    ...{ scenario: scenario.name, seed: scenario.seed, scenarioHash, version },
    kind,
    targets,
    confidence,
    systems,
  };
}

async function writeCapacity(folder: OutputFolder, report: CapacityReport): Promise<void> {
  const [{ capacityCsv }, { capacityPage }, { chartLibrary }] = await Promise.all([
    import("../report/capacity/capacity-csv.ts"),
    import("../report/html/capacity-page.ts"),
    import("../node/chart-library.ts"),
  ]);
  folder.write("capacity.json", [jsonText(capacityJsonOf(report))]);
  folder.write("capacity.csv", [capacityCsv(report)]);
  folder.write("report.html", [capacityPage(report, chartLibrary())]);
  folder.commit();
}

function kindOf({ users, replicas, thinkTime }: CapacityFlags): CapacityKind {
  if (users === true && replicas === true) {
    throw new InputError({
      message: "--users and --replicas ask different questions",
      expected: "one of them",
    });
  }
  if (thinkTime !== undefined && users !== true) {
    throw new InputError({
      file: "--think-time",
      message: "has no effect without --users",
      found: thinkTime,
    });
  }
  return users === true ? "users" : replicas === true ? "replicas" : "rate";
}

/** Exponential with the mean that was written. */
function thinkTimeOf(text: string): DurationSpec {
  try {
    const meanSeconds = parseQuantity("seconds", text);
    return meanSeconds === 0 ? { kind: "fixed", seconds: 0 } : { kind: "exponential", meanSeconds };
  } catch (error) {
    throw error instanceof InputError ? error.inFile("--think-time") : error;
  }
}
