/** How a trace is read. */
export interface TraceFlags {
  readonly format?: string;
  readonly zeroOutput?: "drop" | "refuse";
  readonly failedRows?: "drop" | "refuse";
}

/** Arrivals for a list of lengths. */
export interface ArrivalFlags {
  /** Poisson, requests a second. */
  readonly rate?: number;
  readonly seed?: number;
}

/** What may be changed in a scenario from outside. */
export interface ScenarioFlags extends TraceFlags, ArrivalFlags {
  readonly trace?: string;
  readonly set?: readonly string[];
}

export interface RunFlags extends ScenarioFlags {
  readonly out?: string;
  readonly force?: boolean;
  readonly timeline?: boolean;
  readonly timelineSeconds?: number;
  readonly stepByStep?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface CheckFlags extends ScenarioFlags {
  readonly json?: boolean;
}

export interface TraceInfoFlags extends TraceFlags {
  readonly fit?: boolean;
  readonly json?: boolean;
}

/** Where a command writes that makes one file. */
export interface OutputFlags {
  readonly out?: string;
  readonly force?: boolean;
}

export interface ConvertFlags extends OutputFlags, TraceFlags, ArrivalFlags {
  readonly to: "csv" | "mooncake";
}

export interface GenerateFlags extends OutputFlags {
  readonly seed?: number;
  readonly set?: readonly string[];
}

export interface ListFlags {
  readonly json?: boolean;
}

export const LISTS = ["models", "devices", "policies", "formats"] as const;
export type ListName = (typeof LISTS)[number];
