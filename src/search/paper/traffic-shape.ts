import type { SloConfig } from "../../serving/config.ts";
import type { RequestTable } from "../../workload/request.ts";

/** Factors on all targets of a scenario, from strict to loose; 1 is the scenario's own service level. */
export const SLO_FACTORS: readonly number[] = [0.4, 0.5, 0.7, 1, 1.5, 2.5];

/** The service level with all its targets so many times as long. */
export function scaledSlo(slo: SloConfig, factor: number): SloConfig {
  const times = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * factor);
  const { ttftSeconds, tpotSeconds, maxTbtSeconds, e2eSeconds } = slo.request;
  return {
    ...slo,
    request: {
      ttftSeconds: times(ttftSeconds),
      tpotSeconds: times(tpotSeconds),
      maxTbtSeconds: times(maxTbtSeconds),
      e2eSeconds: times(e2eSeconds),
    },
    run: slo.run.map((target) => ({ ...target, seconds: target.seconds * factor })),
  };
}

/**
 * Tokens that a decoding sequence attends to, its own included, on average over all decode steps of all requests: the prompt
 * and half of the answer, each request weighted by its steps.
 */
export function meanDecodeContext({ inputTokens, outputTokens, length }: RequestTable): number {
  let steps = 0;
  let attended = 0;
  for (let i = 0; i < length; i++) {
    // Prefill gives the first token; step k of the others attends to the prompt and k tokens of the answer.
    const own = outputTokens[i]! - 1;
    steps += own;
    attended += own * (inputTokens[i]! + (own + 1) / 2);
  }
  return steps === 0 ? 0 : Math.round(attended / steps);
}
