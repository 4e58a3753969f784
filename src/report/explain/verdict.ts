import type { OperatorCost } from "../../perf/step-cost.ts";
import type { StepExplanation } from "../../perf/step-explanation.ts";
import { formatSeconds, formatShare } from "../format.ts";
import { batchText, boundText } from "./step-text.ts";
import { boundShares } from "./totals.ts";

/** Share of the step from which on one thing binds it. */
const MOST = 0.5;

/** One sentence: how long the step takes, what binds it, and where that is spent. */
export function verdict(explanation: StepExplanation): string {
  const { operators, seconds, request } = explanation;
  const text = batchText(explanation);
  const name = (bound: string) => boundText(bound, request.device.kind);
  const [[bound, share] = ["launch", 0], next] = boundShares(explanation);
  const start = `${text.charAt(0).toUpperCase()}${text.slice(1)} takes ${formatSeconds(seconds)} and is bound by`;
  const largest = operators
    .filter((row) => row.bound === bound)
    .reduce<OperatorCost | undefined>(
      (most, row) => (row.seconds > (most?.seconds ?? -1) ? row : most),
      undefined,
    );
  const where =
    largest === undefined
      ? ""
      : `; ${largest.operator} alone takes ${formatShare(largest.seconds / seconds)} of it`;
  if (share >= MOST || next === undefined)
    return `${start} ${name(bound)} for ${formatShare(share)} of the time${where}.`;
  return `${start} ${name(bound)} for ${formatShare(share)} and by ${name(next[0])} for ${formatShare(next[1])} of the time${where}.`;
}
