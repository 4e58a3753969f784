export { InputError, RunError, type InputProblem } from "./core/errors.ts";
export type { Distribution } from "./core/quantiles.ts";

export { loadScenario, type ScenarioOverrides } from "./scenario/load.ts";
export { scenarioHash } from "./scenario/hash.ts";
export { scenarioSchema } from "./scenario/json-schema.ts";
export { replay, simulationConfig, type ReplayOptions, type ReplayOutcome } from "./scenario/replay.ts";
export { openSource, type RequestSupply } from "./scenario/request-supply.ts";
export type { ScenarioFiles } from "./scenario/files.ts";
export type { Scenario, System } from "./scenario/scenario.ts";

export { createTraceReader, readTrace } from "./workload/read-trace.ts";
export { applyTransforms, type TransformSpec } from "./workload/transforms.ts";
export { createSyntheticSource, type SyntheticSpec } from "./workload/synthetic.ts";
export { createTableSource } from "./workload/table-source.ts";
export { describeTrace } from "./workload/describe.ts";
export { fitTrace } from "./workload/fit.ts";
export type { RequestSource, RequestTable } from "./workload/request.ts";

export { findModel, MODELS } from "./models/catalog.ts";
export type { LlmModel, Precision } from "./models/llm-model.ts";
export { DEVICES, findDevice } from "./hardware/catalog.ts";
export type { Device } from "./hardware/device.ts";
export { compileStepCost } from "./perf/compile.ts";
export type { StepCost } from "./perf/step-cost.ts";

export { estimate, type Estimate, type EstimateRequest } from "./analysis/estimate/estimate.ts";
export { estimateRequest, trafficOf } from "./analysis/estimate/scenario-estimate.ts";
export type { TrafficProfile } from "./analysis/estimate/traffic-profile.ts";

export { simulate } from "./serving/simulate.ts";
export type { SimulationConfig } from "./serving/config.ts";
export type { RequestRecords, RunMetrics, SimulationResult } from "./serving/result.ts";

export { summaryOf } from "./report/summary.ts";
export { requestsCsv } from "./report/requests-csv.ts";
export { compareJsonOf, judge } from "./report/comparison.ts";
export { renderReport } from "./report/html/render-report.ts";
export type { RunReport } from "./report/run-report.ts";

export { diskFiles } from "./node/disk-files.ts";
export { readTraceFile } from "./node/trace-file.ts";
