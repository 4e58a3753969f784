/** Stretches of the load within which an estimate errs alike; the last one is beyond what can be served. */
export const REGIMES = ["low", "medium", "high", "near saturation", "overload"] as const;
export type Regime = (typeof REGIMES)[number];

/** @param load offered over the largest that can be kept up with, as estimated */
export function regimeOf(load: number): Regime {
  if (load < 0.3) return "low";
  if (load < 0.7) return "medium";
  if (load < 0.9) return "high";
  return load < 1 ? "near saturation" : "overload";
}
