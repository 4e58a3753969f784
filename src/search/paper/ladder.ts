import type { AblatedSystem, Ablation } from "./ablation.ts";
import { factorsOf, type Factor } from "./waterfall.ts";

/** Figures that an ablation explains, more being better. */
export const ABLATED_FIGURES = {
  tbt: { label: "TBT at the largest batch", of: ({ tbtSeconds }: AblatedSystem) => 1 / tbtSeconds },
  tokensPerMm2: {
    label: "tokens/s/mm² at the largest batch",
    of: ({ tbtSeconds, areaMm2 }: AblatedSystem) => 1 / tbtSeconds / areaMm2,
  },
  requests: {
    label: "requests/s within the SLO",
    of: ({ requestsPerSecond }: AblatedSystem) => requestsPerSecond,
  },
  requestsPerMm2: {
    label: "requests/s/mm² within the SLO",
    of: ({ requestsPerSecond, areaMm2 }: AblatedSystem) => requestsPerSecond / areaMm2,
  },
} as const;
export type AblatedFigure = keyof typeof ABLATED_FIGURES;

/** What each step from the baseline to the found design multiplies a figure by; from the first system on that has any of it. */
export function ladderFactors({ ladder }: Ablation, figure: AblatedFigure): Factor[] {
  const rungs = ladder.map((system) => ({ label: system.label, value: ABLATED_FIGURES[figure].of(system) }));
  return factorsOf(rungs.slice(rungs.findIndex(({ value }) => value > 0)));
}
