/** Options of each command as the parser hands them over. */
export interface RunFlags {
  readonly out?: string;
  readonly force?: boolean;
  readonly trace?: string;
  readonly format?: string;
  readonly zeroOutput?: string;
  readonly seed?: number;
  readonly set?: readonly string[];
  /** Seconds between samples; true for the default spacing. */
  readonly timeline?: number | true;
  readonly stepByStep?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface CheckFlags {
  readonly set?: readonly string[];
  readonly json?: boolean;
}

export interface TraceInfoFlags {
  readonly format?: string;
  readonly fit?: boolean;
  readonly json?: boolean;
}

/** Where a command writes that makes one file. */
export interface OutputFlags {
  readonly out?: string;
  readonly force?: boolean;
}

export interface ConvertFlags extends OutputFlags {
  readonly format?: string;
  readonly zeroOutput?: "drop" | "refuse";
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
