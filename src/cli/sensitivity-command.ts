import { join } from "node:path";
import { estimate } from "../analysis/estimate/estimate.ts";
import { coversSystem, estimateRequest } from "../analysis/estimate/scenario-estimate.ts";
import { FIGURES, figureOf, type Figure } from "../analysis/experiment/figures.ts";
import { jobsOfPoint } from "../analysis/experiment/measured-point.ts";
import { isDrawn } from "../analysis/experiment/supplies.ts";
import {
  changeOf,
  ranked,
  type Effect,
  type Refusal,
  type Sensitivity,
} from "../analysis/sensitivity/effects.ts";
import { knobsOf, settingText, turned, type Knob } from "../analysis/sensitivity/knobs.ts";
import { estimatedFigure } from "../analysis/sweep/estimated-figures.ts";
import { InputError } from "../core/errors.ts";
import { deviceAreaMm2 } from "../hardware/area.ts";
import { idleWatts } from "../hardware/power.ts";
import { deviceCount } from "../models/parallelism.ts";
import { diskFiles } from "../node/disk-files.ts";
import { OutputFolder } from "../node/output-folder.ts";
import type { ReplayPool } from "../node/replay-pool.ts";
import { jsonText } from "../node/result-files.ts";
import { sensitivityJsonOf } from "../report/sensitivity/sensitivity-json.ts";
import type { SensitivityReport } from "../report/sensitivity/sensitivity-report.ts";
import { sensitivityScreen } from "../report/sensitivity/sensitivity-screen.ts";
import { loadScenario } from "../scenario/load.ts";
import type { System } from "../scenario/scenario.ts";
import type { SensitivityFlags } from "./flags.ts";
import { chosenSystems, loadExperiment, withReplayPool, type Experiment } from "./laboratory.ts";
import { paintFor } from "./paint.ts";

/** Knobs that are area and nothing else: at equal area there is nothing to turn. */
const AREA_KNOBS: ReadonlySet<string> = new Set(["device.cores", "cluster.replicas"]);

/** `ador sensitivity`: what turning each knob of a system does to a figure. */
export async function sensitivityCommand(path: string, flags: SensitivityFlags): Promise<void> {
  const figure = figureNamed(flags.metric);
  const experiment = await loadExperiment(path, flags);
  const system = soleSystem(experiment, flags);
  const bench: Bench = { path, flags, experiment, system, figure };
  if (flags.equalArea === true) refuseFixedArea(system);
  const knobs = knobsOf(system).filter(({ path: knob }) => flags.equalArea !== true || !AREA_KNOBS.has(knob));
  const folder = flags.out === undefined ? undefined : new OutputFolder(flags.out, flags.force === true);
  try {
    const expected = (2 * knobs.length + 1) * flags.replications;
    const label = "sensitivity";
    const { before, all } = await withReplayPool(
      { label, expected, quiet: flags.json === true },
      async (pool) => {
        const base = await figuresOf(bench, system, pool);
        return {
          before: base,
          all: await Promise.all(knobs.map((knob) => turnBothWays(bench, knob, base, pool))),
        };
      },
    );
    const { scenario, identity } = experiment;
    const report: SensitivityReport = {
      ...{ scenario: scenario.name, seed: scenario.seed, system: system.name, device: system.device.name },
      ...{ scenarioHash: identity.scenarioHash, version: identity.version },
      ...{ figure, share: flags.change, confidence: flags.confidence, equalArea: flags.equalArea === true },
      base: isDrawn(experiment.supply)
        ? before.reduce((sum, value) => sum + value, 0) / before.length
        : before[0]!,
      sensitivities: ranked(all),
    };
    if (folder !== undefined) await writeSensitivity(folder, report);
    process.stdout.write(
      flags.json === true
        ? jsonText(sensitivityJsonOf(report))
        : sensitivityScreen(report, paintFor(process.stdout.isTTY)),
    );
    if (flags.out !== undefined)
      process.stderr.write(`written to ${join(flags.out, "report.html")} and beside it\n`);
  } catch (error) {
    folder?.discard();
    throw error;
  }
}

/** What every knob is turned on. */
interface Bench {
  readonly path: string;
  readonly flags: SensitivityFlags;
  readonly experiment: Experiment;
  readonly system: System;
  readonly figure: Figure;
}

async function turnBothWays(
  bench: Bench,
  knob: Knob,
  before: readonly number[],
  pool: ReplayPool,
): Promise<Sensitivity> {
  const { change } = bench.flags;
  const [down, up] = await Promise.all([
    turnTo(bench, knob, turned(knob, 1 - change), before, pool),
    turnTo(bench, knob, turned(knob, 1 + change), before, pool),
  ]);
  return { knob, down, up };
}

async function turnTo(
  bench: Bench,
  knob: Knob,
  value: number,
  before: readonly number[],
  pool: ReplayPool,
): Promise<Effect | Refusal> {
  const { flags, experiment, figure } = bench;
  if (value === knob.value) return { value, refused: "it stands at its least" };
  const changed = systemWith(bench, knob, value);
  if ("refused" in changed) return { value, ...changed };
  const after = await figuresOf(bench, changed.system, pool);
  const { confidence } = flags;
  return {
    ...{ value, cores: changed.cores },
    ...(flags.equalArea === true && { areaMm2: deviceAreaMm2(changed.system.device).totalMm2 }),
    ...changeOf(before, after, { drawn: isDrawn(experiment.supply), confidence }),
    estimated: estimatedChange(bench, changed.system, figure),
  };
}

/** The system with a knob turned, and with as many cores as leave its area as it was where that is asked for. */
function systemWith(
  bench: Bench,
  knob: Knob,
  value: number,
): { system: System; cores?: number } | { refused: string } {
  const setting = settingText(knob, value);
  try {
    const system = loadedWith(bench, [setting]);
    if (bench.flags.equalArea !== true) return { system };
    const { device } = bench.system;
    if (device.kind !== "hda" || system.device.kind !== "hda") return { system };
    const area = deviceAreaMm2(system.device).totalMm2;
    const perCore = deviceAreaMm2({ ...system.device, cores: device.cores + 1 }).totalMm2 - area;
    const cores = Math.max(1, Math.round(device.cores + (deviceAreaMm2(device).totalMm2 - area) / perCore));
    if (cores === device.cores) return { system };
    return { system: loadedWith(bench, [setting, `device.cores=${cores}`]), cores };
  } catch (error) {
    if (error instanceof InputError) return { refused: error.problems[0]!.message };
    throw error;
  }
}

function loadedWith({ path, flags, experiment, system }: Bench, settings: readonly string[]): System {
  const prefix = experiment.scenario.comparesSystems ? `systems.${system.name}.` : "";
  const set = [...(flags.set ?? []), ...settings.map((setting) => prefix + setting)];
  const { systems } = loadScenario(path, diskFiles, { ...flags, set });
  return systems.find(({ name }) => name === system.name)!;
}

/** The figure of each run: one a seed, or of a whole trace and its sections. */
async function figuresOf(
  { experiment, flags, figure }: Bench,
  system: System,
  pool: ReplayPool,
): Promise<number[]> {
  const job = { traffic: experiment.scenario, system, supply: experiment.supply };
  const watts = idleWatts(system.device) * system.replicas * deviceCount(system.parallelism);
  const outcomes = await pool.replay(jobsOfPoint(job, flags));
  return outcomes.map((outcome) => {
    const value = figureOf(outcome, figure, watts);
    if (value !== null) return value;
    throw new InputError({
      ...{ file: "--metric", message: "nothing of it was measured in this scenario:", found: figure },
      expected:
        figure === "slo_attainment" ? "an slo with targets on requests" : "another metric, or more requests",
    });
  });
}

function estimatedChange({ experiment, system }: Bench, changed: System, figure: Figure): number | null {
  if (!coversSystem(system)) return null;
  const of = (one: System) =>
    estimatedFigure(estimate(estimateRequest(experiment.scenario, one, experiment.supply)), figure);
  const [before, after] = [of(system), of(changed)];
  return before === null || after === null || before === 0 ? null : after / before - 1;
}

function figureNamed(name: string): Figure {
  const figure = FIGURES.find((known) => known === name);
  if (figure !== undefined) return figure;
  throw new InputError({
    ...{ file: "--metric", message: "unknown metric", found: name },
    accepted: FIGURES,
  });
}

function soleSystem({ scenario }: Experiment, { system: name }: SensitivityFlags): System {
  const systems = chosenSystems(scenario, name);
  if (systems.length === 1) return systems[0]!;
  throw new InputError({
    message: "the scenario has several systems",
    expected: `--system with one of: ${systems.map((system) => system.name).join(", ")}`,
  });
}

function refuseFixedArea({ device }: System): void {
  if (device.kind === "hda") return;
  throw new InputError({
    ...{ file: "--equal-area", message: `the area of ${device.name} is as published, not a sum of parts` },
    expected: "a dataflow device",
  });
}

async function writeSensitivity(folder: OutputFolder, report: SensitivityReport): Promise<void> {
  const [{ sensitivityCsv }, { sensitivityPage }, { chartLibrary }] = await Promise.all([
    import("../report/sensitivity/sensitivity-csv.ts"),
    import("../report/html/sensitivity-page.ts"),
    import("../node/chart-library.ts"),
  ]);
  folder.write("sensitivity.json", [jsonText(sensitivityJsonOf(report))]);
  folder.write("sensitivity.csv", [sensitivityCsv(report)]);
  folder.write("report.html", [sensitivityPage(report, chartLibrary())]);
  folder.commit();
}
