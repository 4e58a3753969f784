import { workerData } from "piscina";
import {
  Evaluator,
  type Evaluation,
  type EvaluationJob,
  type Study,
} from "../search/evaluation/evaluator.ts";
import { diskFiles } from "./disk-files.ts";
import { inlineMore } from "./inline-more.ts";

inlineMore();

const evaluator = new Evaluator(workerData as Study, diskFiles);

/** Works out some designs in a thread of a pool. */
export default function evaluateJobs(jobs: readonly EvaluationJob[]): Evaluation[] {
  return jobs.map((job) => evaluator.evaluate(job));
}
