import { basename, join } from "node:path";
import { isNamedAxis, parseSweep, type SweepAxis } from "../analysis/sweep/axis.ts";
import { parseMeasured, type MeasuredRun } from "../analysis/sweep/measured-runs.ts";
import { runSweep } from "../analysis/sweep/run-sweep.ts";
import { caseOf, namedCases, type SweepCase } from "../analysis/sweep/sweep-cases.ts";
import { compareFigures, errorTable } from "../analysis/sweep/sweep-validation.ts";
import { InputError } from "../core/errors.ts";
import { chartLibrary } from "../node/chart-library.ts";
import { diskFiles } from "../node/disk-files.ts";
import { OutputFolder } from "../node/output-folder.ts";
import { jsonText } from "../node/result-files.ts";
import { sweepPage } from "../report/html/sweep-page.ts";
import { sweepCsv } from "../report/sweep/sweep-csv.ts";
import { sweepJsonOf } from "../report/sweep/sweep-json.ts";
import type { SweepReport } from "../report/sweep/sweep-report.ts";
import { sweepScreen } from "../report/sweep/sweep-screen.ts";
import type { ValidateFlags } from "./flags.ts";
import { chosenSystems, loadExperiment, withReplayPool, type Experiment } from "./laboratory.ts";
import { paintFor } from "./paint.ts";
import { inSweep } from "./swept-settings.ts";

const USUAL_SWEEP = "load=0.1..1.2:12";

/** `ador validate SCENARIO`: holds the estimate to the simulation over a sweep. */
export async function sweepCommand(path: string, flags: ValidateFlags): Promise<void> {
  const measured = flags.measured === undefined ? [] : readMeasured(flags.measured);
  const axis = flags.sweep === undefined ? usualAxis(measured) : parseSweep(flags.sweep);
  if (measured.length > 0 && axis.name !== "load" && axis.name !== "rate") {
    throw new InputError({
      ...{
        file: "--measured",
        message: "measurements belong to a rate, which is not what is varied:",
        found: axis.name,
      },
      expected: "--sweep load=0.1..1.2 or rate=1..20",
    });
  }
  const experiment = await loadExperiment(path, flags);
  const cases = await casesOf(path, flags, experiment, axis, measured);
  const folder = new OutputFolder(flags.out, flags.force === true);
  try {
    const expected = cases.length * flags.replications;
    const points = await withReplayPool({ label: "validate", expected, quiet: flags.json === true }, (pool) =>
      runSweep(cases, flags, pool.replay),
    );
    const compared = compareFigures(points);
    const { scenario, identity } = experiment;
    const report: SweepReport = {
      ...{ scenario: scenario.name, seed: scenario.seed, axis: axis.name, confidence: flags.confidence },
      ...{ scenarioHash: identity.scenarioHash, version: identity.version },
      systems: [...new Set(cases.map(({ system }) => system))],
      ...{ compared, errors: errorTable(compared) },
      leftOut: [...new Set(cases.flatMap(({ request }) => request.leftOut))],
    };
    folder.write("validation.csv", [sweepCsv(report)]);
    folder.write("report.html", [sweepPage(report, chartLibrary())]);
    folder.commit();
    process.stdout.write(
      flags.json === true
        ? jsonText(sweepJsonOf(report))
        : sweepScreen(report, paintFor(process.stdout.isTTY)),
    );
    process.stderr.write(`written to ${join(flags.out, "report.html")} and beside it\n`);
  } catch (error) {
    folder.discard();
    throw error;
  }
}

async function casesOf(
  path: string,
  flags: ValidateFlags,
  experiment: Experiment,
  { name, values }: SweepAxis,
  measured: readonly MeasuredRun[],
): Promise<SweepCase[]> {
  if (isNamedAxis(name)) {
    const numbers = values.map(({ number }) => number);
    return chosenSystems(experiment.scenario, flags.system).flatMap((system) =>
      namedCases(experiment, system, name, numbers, measured),
    );
  }
  const cases: SweepCase[] = [];
  for (const { number, text } of values) {
    const changed = await inSweep(name, () =>
      loadExperiment(path, { ...flags, set: [...(flags.set ?? []), `${name}=${text}`] }),
    );
    for (const system of chosenSystems(changed.scenario, flags.system))
      cases.push(caseOf(changed, system, number));
  }
  return cases;
}

/** The rates that were measured, or load up to overload. */
function usualAxis(measured: readonly MeasuredRun[]): SweepAxis {
  if (measured.length === 0) return parseSweep(USUAL_SWEEP);
  const rates = [...new Set(measured.map(({ ratePerSecond }) => ratePerSecond))].sort((a, b) => a - b);
  return { name: "rate", values: rates.map((number) => ({ number, text: `${number}` })) };
}

function readMeasured(path: string): MeasuredRun[] {
  return parseMeasured(diskFiles.readText(path), basename(path));
}
