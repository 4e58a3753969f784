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
  readonly attribution?: boolean;
  readonly stepByStep?: boolean;
  readonly replications?: number;
  /** `ttft_p99=5%` each. */
  readonly precision?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface CompareFlags extends ScenarioFlags {
  readonly out?: string;
  readonly force?: boolean;
  readonly replications?: number;
  readonly json?: boolean;
}

export interface WhyFlags {
  readonly in: string;
  readonly json?: boolean;
}

export interface CheckFlags extends ScenarioFlags {
  readonly json?: boolean;
}

export interface EstimateFlags extends ScenarioFlags {
  readonly json?: boolean;
}

export interface SensitivityFlags extends ScenarioFlags {
  readonly metric: string;
  /** Shares, 0..1. */
  readonly change: number;
  readonly confidence: number;
  readonly equalArea?: boolean;
  readonly replications: number;
  readonly system?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export interface CapacityFlags extends ScenarioFlags {
  readonly slo?: string;
  readonly users?: boolean;
  readonly thinkTime?: string;
  readonly replicas?: boolean;
  readonly curve?: boolean;
  /** Shares, 0..1. */
  readonly attainment: number;
  readonly confidence: number;
  readonly tolerance: number;
  readonly replications: number;
  readonly system?: string;
  readonly out?: string;
  readonly force?: boolean;
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

/** Where measurements lie, and where what comes of them goes. */
export interface MeasurementFlags {
  readonly data: string;
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export interface ExploreFlags extends ScenarioFlags {
  readonly out: string;
  /** Folders of earlier searches. */
  readonly learnFrom?: readonly string[];
  readonly force?: boolean;
  readonly workers?: number;
  /** Address of a queue. */
  readonly engine?: string;
  /** A design to explain instead of searching. */
  readonly why?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface PaperFlags {
  readonly set?: readonly string[];
  /** Folder of measurements. */
  readonly data?: string;
  readonly out: string;
  readonly force?: boolean;
  readonly workers?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface WorkerFlags {
  readonly threads?: number;
  readonly quiet?: boolean;
}

export interface StoreQueryFlags {
  /** Folder of a search. */
  readonly out: string;
}
/** Of the cost model against measurements, or with a scenario of the estimate against the simulation. */
export interface ValidateFlags extends ScenarioFlags {
  /** Folder of measurements. */
  readonly data?: string;
  readonly sweep?: string;
  /** File of what a real system did. */
  readonly measured?: string;
  readonly replications: number;
  /** 0..1 */
  readonly confidence: number;
  readonly system?: string;
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Which system of which scenario, or the system of flags. */
export interface NamedSystemFlags extends ExplainedSystemFlags {
  readonly system?: string;
  readonly set?: readonly string[];
}

/** Where the profile of a system goes. */
export interface ProfileFlags extends NamedSystemFlags, OutputFlags {}

/** Which step is explained, and of which system where no scenario names one. */
export interface ExplainFlags extends NamedSystemFlags {
  readonly phase: string;
  readonly batch?: number;
  readonly context?: number;
  readonly tokens?: number;
  readonly cached?: number;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Flags that stand for settings of a scenario. */
export interface ExplainedSystemFlags {
  readonly model?: string;
  readonly device?: string;
  readonly tensorParallel?: number;
  readonly pipelineParallel?: number;
  readonly expertParallel?: number;
  readonly dataParallelAttention?: number;
  readonly tensorParallelStyle?: string;
  readonly expertSkew?: string;
  readonly weights?: string;
  readonly experts?: string;
  readonly kv?: string;
  readonly activations?: string;
}

export interface ListFlags {
  readonly json?: boolean;
}

export const LISTS = ["models", "devices", "policies", "formats"] as const;
export type ListName = (typeof LISTS)[number];
