import type { Evaluation, EvaluationJob } from "../search/evaluation/evaluator.ts";
import { contentId } from "../search/design-id.ts";

/** Designs that a worker takes from the queue at once. */
export interface Batch {
  /** Content hash of the assignment. */
  readonly study: string;
  readonly jobs: readonly EvaluationJob[];
}

export interface BatchAnswer {
  /** In the order of the jobs. */
  readonly evaluations: readonly Evaluation[];
  /** What working them out took; decides on the size of later batches and on nothing else. */
  readonly seconds: number;
}

/** Content hash of study and jobs: the same batch is the same job of the queue, whoever asks for it. */
export function batchId({ study, jobs }: Batch): string {
  return `${study}-${contentId(jobs)}`;
}

/**
 * Why the queue gives a batch up whose workers vanished once more than it allows; the queue's own words.
 * Any other failure is a worker's, not the batch's.
 */
export const VANISHED_TOO_OFTEN = "job stalled more than allowable limit";
