import { join } from "node:path";
import { validate, type Validation } from "../analysis/validation/validate.ts";
import { InputError } from "../core/errors.ts";
import { chartLibrary } from "../node/chart-library.ts";
import { openMeasurementFolder } from "../node/measurement-folder.ts";
import { OutputFolder } from "../node/output-folder.ts";
import { jsonText } from "../node/result-files.ts";
import { validationPage } from "../report/html/validation-page.ts";
import { pointsCsv, summaryCsv, unmodelledCsv } from "../report/validation/validation-csv.ts";
import { validationJsonOf } from "../report/validation/validation-json.ts";
import { validationScreen } from "../report/validation/validation-screen.ts";
import type { ValidateFlags } from "./flags.ts";
import { paintFor } from "./paint.ts";

const MEASUREMENTS = "../shared/ground-truth";

/** `ador validate` without a scenario: compares the model with a folder of measurements and writes what comes of it. */
export function validateCommand({ data = MEASUREMENTS, out, force, json }: ValidateFlags): void {
  const validation = validateFolder(data);
  const output = new OutputFolder(out, force === true);
  output.write("points.csv", [pointsCsv(validation)]);
  output.write("summary.csv", [summaryCsv(validation)]);
  output.write("unmodelled.csv", [unmodelledCsv(validation)]);
  output.write("report.html", [validationPage(validation, chartLibrary())]);
  output.commit();
  process.stdout.write(
    json === true
      ? jsonText(validationJsonOf(validation))
      : validationScreen(validation, paintFor(process.stdout.isTTY)),
  );
  process.stderr.write(`written to ${join(out, "report.html")} and beside it\n`);
}

function validateFolder(path: string): Validation {
  try {
    return validate(openMeasurementFolder(path));
  } catch (error) {
    throw error instanceof InputError ? error.inFile(path) : error;
  }
}
