import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MeasurementFolder } from "../analysis/validation/dataset.ts";
import { openMeasurementFolder } from "../node/measurement-folder.ts";
import { reproducePaper } from "../node/paper.ts";
import { jsonText } from "../node/result-files.ts";
import { paperJsonOf } from "../report/paper/paper-json.ts";
import { paperScreen } from "../report/paper/paper-screen.ts";
import type { PaperFlags } from "./flags.ts";
import { paintFor } from "./paint.ts";
import { StagedProgress, stopOnInterrupt } from "./search-progress.ts";

const MEASUREMENTS = "../shared/ground-truth";

/** The bundled cases: one device, then eight with the paper's links and with an A100's. */
const BUNDLED = ["8b.yaml", "70b-64.yaml", "70b-300.yaml"];

/** `ador paper`: the paper's comparison, reproduced. */
export async function paperCommand(scenarios: readonly string[], flags: PaperFlags): Promise<void> {
  const { out, force, workers = availableParallelism(), json, quiet } = flags;
  const talks = quiet !== true && json !== true;
  const progress = new StagedProgress(process.stderr.isTTY && talks);
  const unlisten = stopOnInterrupt();
  const report = await reproducePaper({
    ...{ paths: scenarios.length > 0 ? scenarios : bundled(), overrides: { set: flags.set } },
    ...{ out, workers, force: force === true, measurements: measurementsIn(flags.data) },
    onStage: (text) => {
      progress.say(text);
    },
    onSearch: (at) => {
      progress.show(at);
    },
  }).finally(() => {
    progress.end();
    unlisten();
  });
  if (json === true) process.stdout.write(jsonText(paperJsonOf(report)));
  if (!talks) return;
  process.stdout.write(paperScreen(report, paintFor(process.stdout.isTTY)));
  process.stderr.write(`written to ${join(out, "report.html")} and beside it\n`);
}

function bundled(): string[] {
  const folder = fileURLToPath(new URL("../../scenarios/paper/", import.meta.url));
  return BUNDLED.map((name) => join(folder, name));
}

/** A folder that was named has to be there; the usual one need not. */
function measurementsIn(data: string | undefined): MeasurementFolder | undefined {
  if (data === undefined && !existsSync(MEASUREMENTS)) return undefined;
  return openMeasurementFolder(data ?? MEASUREMENTS);
}
