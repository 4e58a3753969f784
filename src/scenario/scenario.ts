import type { Device } from "../hardware/device.ts";
import type { LlmModel, Precision } from "../models/llm-model.ts";
import type { Parallelism } from "../models/parallelism.ts";
import type { Formats } from "../models/precision.ts";
import type { ExpertSkew } from "../perf/expert-load.ts";
import type { StepProfile } from "../perf/profile/step-profile.ts";
import type { TensorParallelStyle } from "../perf/operator-makers.ts";
import type {
  AdmissionConfig,
  AutoscalingConfig,
  ClientConfig,
  EngineConfig,
  FailureConfig,
  RouterName,
  SloConfig,
  KvTransferConfig,
  PoolRole,
} from "../serving/config.ts";
import type { SchedulerConfig } from "../serving/scheduler-config.ts";
import type { Place } from "./located.ts";
import type { Setting, SettingMap } from "./setting-map.ts";
import type { Workload } from "./workload.ts";

/** Equal replicas: what each is made of, and how many there are. */
export interface Replicas {
  readonly model: LlmModel;
  readonly precision: Precision;
  readonly device: Device;
  readonly replicas: number;
  /** How one replica is cut over its devices. */
  readonly parallelism: Parallelism;
  readonly tensorParallelStyle: TensorParallelStyle;
  readonly expertSkew: ExpertSkew;
  readonly scheduler: SchedulerConfig;
  /** Where it was written, for what is wrong with it under the requests that come. */
  readonly schedulerPlace: Place;
  readonly engine: EngineConfig;
  /** Seconds of steps as measured, instead of those of the device's model. */
  readonly profile?: StepProfile | undefined;
}

/** Equal replicas within a cluster of several kinds. */
export interface Pool extends Replicas {
  readonly name: string;
  readonly role: PoolRole;
  /** What one replica sends, and at the same time receives, when caches move. */
  readonly linkBytesPerSecond: number;
}

/** One system under test, complete: plain data that can be sent to another thread. */
export interface System extends Replicas {
  /** Name within its scenario, usable as a folder name. */
  readonly name: string;
  /** Several kinds of replicas; the system's own fields are then those of the first. */
  readonly pools?: readonly Pool[] | undefined;
  readonly kvTransfer?: KvTransferConfig | undefined;
  readonly router: RouterName;
  readonly routerDelaySeconds: number;
  readonly admission?: AdmissionConfig | undefined;
  readonly failures?: FailureConfig | undefined;
  readonly autoscaling?: AutoscalingConfig | undefined;
  /** Settings as a scenario file would state them, every default filled in: what results record. */
  readonly settings: SystemSettings;
}

export interface SystemSettings {
  readonly model: string;
  readonly precision: Formats;
  readonly device: string;
  /** Name of the preset that the device started from. */
  readonly device_base: string;
  /** Fields that were changed, by their paths, as written; empty for a preset as it is. */
  readonly device_overrides: Readonly<Record<string, Setting>>;
  /** All fields of the device, SI units. */
  readonly device_template: SettingMap;
  readonly cluster: SettingMap;
  readonly serving: SettingMap;
  /** Only where a profile takes the place of the model. */
  readonly cost?: SettingMap;
}

/** Requests that arrive this soon after the first or before the last one are simulated, not measured. */
export interface MeasurementMargins {
  readonly warmupSeconds: number;
  readonly drainSeconds: number;
}

/** A checked scenario: one workload, one or several systems that serve it. */
export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly seed: number;
  readonly workload: Workload;
  readonly slo: SloConfig;
  /** Where the targets of single classes were written. */
  readonly sloPlace: Place;
  /** Undefined for clients who wait for ever. */
  readonly clients: ClientConfig | undefined;
  readonly margins: MeasurementMargins;
  /** Where the margins were written, for what is wrong with them under the requests that come. */
  readonly marginsPlace: Place;
  /** At least one. */
  readonly systems: readonly System[];
  /** The scenario names its systems, so that each gets a folder of its own. */
  readonly comparesSystems: boolean;
}

/** What a replay of one system has to know of its scenario. */
export type Traffic = Pick<Scenario, "seed" | "slo" | "clients" | "margins">;
