import type { Estimate } from "../../analysis/estimate/estimate.ts";
import type { TrafficProfile } from "../../analysis/estimate/traffic-profile.ts";

/** Estimates of the systems of a scenario under its traffic. */
export interface EstimateReport {
  readonly scenario: string;
  readonly seed: number;
  readonly systems: readonly EstimatedSystemReport[];
}

export interface EstimatedSystemReport {
  readonly name: string;
  readonly device: string;
  readonly devices: number;
  readonly model: string;
  readonly traffic: TrafficProfile;
  readonly estimate: Estimate;
  /** What the formulas leave out of this scenario, sentences without a full stop. */
  readonly leftOut: readonly string[];
}
