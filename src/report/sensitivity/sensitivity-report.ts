import type { Sensitivity } from "../../analysis/sensitivity/effects.ts";
import type { Figure } from "../../analysis/experiment/figures.ts";

/** What turning every knob of a system does to one figure. */
export interface SensitivityReport {
  readonly scenario: string;
  readonly seed: number;
  readonly scenarioHash: string;
  readonly version: string;
  readonly system: string;
  readonly device: string;
  readonly figure: Figure;
  /** The figure as the scenario is. */
  readonly base: number;
  /** How far each knob was turned (0..1). */
  readonly share: number;
  readonly confidence: number;
  readonly equalArea: boolean;
  /** The strongest first. */
  readonly sensitivities: readonly Sensitivity[];
}
