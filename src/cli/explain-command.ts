import { join } from "node:path";
import { OutputFolder } from "../node/output-folder.ts";
import { jsonText } from "../node/result-files.ts";
import { explainBatch } from "../perf/step-explanation.ts";
import { explanationCsv } from "../report/explain/explanation-csv.ts";
import { explanationJsonOf } from "../report/explain/explanation-json.ts";
import { explanationScreen } from "../report/explain/explanation-screen.ts";
import { rooflinePage } from "../report/explain/roofline-page.ts";
import { rooflinePicture } from "../report/explain/roofline-picture.ts";
import { explainedBatch } from "./explained-batch.ts";
import { explainedSystem } from "./explained-system.ts";
import type { ExplainFlags } from "./flags.ts";
import { paintFor } from "./paint.ts";

/** `ador explain`: prices one step and shows, operator by operator, where its time goes. */
export function explainCommand(scenario: string | undefined, flags: ExplainFlags): void {
  const system = explainedSystem(scenario, flags);
  const batch = explainedBatch(system.model, flags);
  const explanation = explainBatch(system, batch);
  const { out, force, json } = flags;
  if (out !== undefined) {
    const folder = new OutputFolder(out, force === true);
    folder.write("explain.csv", [explanationCsv(explanation)]);
    folder.write("roofline.svg", [rooflinePicture(explanation)]);
    folder.write("roofline.html", [rooflinePage(explanation)]);
    folder.commit();
  }
  process.stdout.write(
    json === true
      ? jsonText(explanationJsonOf(explanation))
      : explanationScreen(explanation, paintFor(process.stdout.isTTY)),
  );
  if (out !== undefined) process.stderr.write(`written to ${join(out, "roofline.html")} and beside it\n`);
}
