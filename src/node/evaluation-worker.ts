import { workerData } from "piscina";
import type { Evaluation, EvaluationJob } from "../search/evaluation/evaluator.ts";
import { evaluatorOf, type Assignment } from "./assignment.ts";

const evaluator = evaluatorOf(workerData as Assignment);

/** Works out some designs in a thread of a pool. */
export default function evaluateJobs(jobs: readonly EvaluationJob[]): Evaluation[] {
  return jobs.map((job) => evaluator.evaluate(job));
}
