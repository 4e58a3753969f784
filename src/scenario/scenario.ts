import type { Device } from "../hardware/device.ts";
import type { LlmModel, Precision } from "../models/llm-model.ts";
import type { Parallelism } from "../models/parallelism.ts";
import type { Formats } from "../models/precision.ts";
import type { ExpertSkew } from "../perf/expert-load.ts";
import type { TensorParallelStyle } from "../perf/operator-makers.ts";
import type { EngineConfig, RouterName, SchedulerName, SloConfig } from "../serving/config.ts";
import type { Place } from "./located.ts";
import type { Setting, SettingMap } from "./setting-map.ts";
import type { Workload } from "./workload.ts";

/** One system under test, complete: plain data that can be sent to another thread. */
export interface System {
  /** Name within its scenario, usable as a folder name. */
  readonly name: string;
  readonly model: LlmModel;
  readonly precision: Precision;
  readonly device: Device;
  readonly replicas: number;
  /** How one replica is cut over its devices. */
  readonly parallelism: Parallelism;
  readonly tensorParallelStyle: TensorParallelStyle;
  readonly expertSkew: ExpertSkew;
  readonly router: RouterName;
  readonly scheduler: SchedulerName;
  readonly engine: EngineConfig;
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
  readonly serving: Readonly<Record<string, number | string | boolean>>;
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
  readonly margins: MeasurementMargins;
  /** Where the margins were written, for what is wrong with them under the requests that come. */
  readonly marginsPlace: Place;
  /** At least one. */
  readonly systems: readonly System[];
  /** The scenario names its systems, so that each gets a folder of its own. */
  readonly comparesSystems: boolean;
}
