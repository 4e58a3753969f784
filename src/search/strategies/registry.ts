import type { Strategy } from "./strategy.ts";
import { evolve } from "./evolve.ts";
import { grid } from "./grid.ts";
import { propose } from "./propose.ts";
import { sobol } from "./sobol.ts";
import { proposeSurrogate, surrogate } from "./surrogate.ts";

export const STRATEGIES = [
  ...(["propose", "grid", "sobol", "evolve", "surrogate", "propose+surrogate"] as const),
] as const;
export type StrategyName = (typeof STRATEGIES)[number];

export const STRATEGY_OF: Readonly<Record<StrategyName, Strategy>> = {
  propose,
  grid,
  sobol,
  evolve,
  surrogate,
  "propose+surrogate": proposeSurrogate,
};
