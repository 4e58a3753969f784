import { join } from "node:path";
import {
  validateServing,
  type ServingValidation,
} from "../analysis/validation/end-to-end/validate-serving.ts";
import { InputError } from "../core/errors.ts";
import { chartLibrary } from "../node/chart-library.ts";
import { openMeasurementFolder } from "../node/measurement-folder.ts";
import { OutputFolder } from "../node/output-folder.ts";
import { jsonText } from "../node/result-files.ts";
import { servingValidationPage } from "../report/html/serving-validation-page.ts";
import {
  runSamplesCsv,
  servingSummaryCsv,
  sweepPredictionsCsv,
  unservedCsv,
} from "../report/validation/serving-csv.ts";
import { servingJsonOf } from "../report/validation/serving-json.ts";
import { servingScreen } from "../report/validation/serving-screen.ts";
import type { MeasurementFlags } from "./flags.ts";
import { paintFor } from "./paint.ts";

/** `ador validate-e2e`: replays measured runs of real engines and writes how the latencies compare. */
export function validateEndToEndCommand({ data, out, force, json }: MeasurementFlags): void {
  const validation = validateFolder(data);
  const output = new OutputFolder(out, force === true);
  output.write("summary.csv", [servingSummaryCsv(validation)]);
  output.write("predictions.csv", [sweepPredictionsCsv(validation)]);
  output.write("timeseries.csv", [runSamplesCsv(validation)]);
  output.write("unmodelled.csv", [unservedCsv(validation)]);
  output.write("report.html", [servingValidationPage(validation, chartLibrary())]);
  output.commit();
  process.stdout.write(
    json === true
      ? jsonText(servingJsonOf(validation))
      : servingScreen(validation, paintFor(process.stdout.isTTY)),
  );
  process.stderr.write(`written to ${join(out, "report.html")} and beside it\n`);
}

function validateFolder(path: string): ServingValidation {
  try {
    return validateServing(openMeasurementFolder(path));
  } catch (error) {
    throw error instanceof InputError ? error.inFile(path) : error;
  }
}
