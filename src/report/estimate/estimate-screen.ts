import { QUEUEING_MODELS } from "../../analysis/estimate/queueing-models.ts";
import { formatCount, formatNumber, formatRatio, formatSeconds, formatShare, formatUnit } from "../format.ts";
import { plainTable } from "../plain-table.ts";
import type { Paint } from "../terminal.ts";
import type { EstimatedSystemReport, EstimateReport } from "./estimate-report.ts";

interface Row {
  readonly label: string;
  text(system: EstimatedSystemReport): string;
  /** Rows that say nothing of any system are left out. */
  readonly optional?: boolean;
}

const perSecond = (value: number | null) => formatUnit(value, "/s");

const ROWS: readonly Row[] = [
  { label: "Devices", text: ({ devices, device }) => `${devices} x ${device}` },
  { label: "Model", text: ({ model }) => model },
  {
    label: "Offered load",
    text: ({ estimate }) =>
      `${perSecond(estimate.ratePerSecond)}, ${formatShare(estimate.load)} of saturation`,
  },
  { label: "Batch that decodes, per replica", text: ({ estimate }) => formatNumber(estimate.phases.batch) },
  { label: "Decode step", text: ({ estimate }) => formatSeconds(estimate.phases.decodeStepSeconds) },
  {
    label: "Step with prompts",
    text: ({ estimate: { phases } }) =>
      `${formatSeconds(phases.mixedStepSeconds)} with ${formatCount(phases.mixedStepTokens)} prompt tokens`,
  },
  { label: "Share of time in them", text: ({ estimate }) => formatShare(estimate.phases.prefillShare) },
  { label: "TTFT mean", text: ({ estimate }) => formatSeconds(estimate.latencies.ttft?.mean ?? null) },
  { label: "TTFT p50, p99", text: ({ estimate: { latencies } }) => pair(latencies.ttft) },
  { label: "TBT mean", text: ({ estimate }) => formatSeconds(estimate.latencies.tbt?.mean ?? null) },
  { label: "TBT p50, p99", text: ({ estimate: { latencies } }) => pair(latencies.tbt) },
  { label: "E2E mean", text: ({ estimate }) => formatSeconds(estimate.latencies.e2e?.mean ?? null) },
  {
    label: "Saturation",
    text: ({ estimate: { saturation } }) =>
      `${perSecond(saturation.requestsPerSecond)}, ${formatUnit(saturation.outputTokensPerSecond, "tokens/s")}`,
  },
  {
    label: "Limited there by",
    text: ({ estimate: { saturation } }) =>
      `${saturation.limit} at batch ${formatNumber(saturation.batch)}; ${saturation.resource} busiest`,
  },
  {
    label: "Sequences that the KV cache holds",
    text: ({ estimate }) => formatNumber(estimate.kvConcurrency),
  },
  {
    label: "Largest load within the SLO",
    text: ({ estimate: { slo } }) =>
      slo.maxRequestsPerSecond === 0 ? "none: missed when idle" : perSecond(slo.maxRequestsPerSecond),
  },
  {
    label: "Most users within the SLO",
    text: ({ estimate: { slo } }) => (slo.maxUsers === null ? "-" : formatCount(slo.maxUsers)),
    optional: true,
  },
  { label: "SLO attainment", text: ({ estimate }) => formatShare(estimate.slo.attainment), optional: true },
  {
    label: "Busiest resource",
    text: ({ estimate: { bindingResource, utilization } }) =>
      `${bindingResource}, ${formatShare(utilization[bindingResource])}`,
  },
  { label: "Energy per output token", text: ({ estimate }) => formatUnit(estimate.joulesPerToken, "J") },
];

/** The terminal's answer: a column per system, what was left out, and the formulas with their limits. */
export function estimateScreen({ scenario, systems }: EstimateReport, paint: Paint): string {
  const head = ["", ...systems.map(({ name }) => paint.bold(name))];
  const rows = ROWS.flatMap((row) => {
    const cells = systems.map((system) => row.text(system));
    return row.optional === true && cells.every((cell) => cell === "-") ? [] : [[row.label, ...cells]];
  });
  return [
    `${paint.bold(scenario)}${paint.dim(" - estimated in closed form, nothing simulated")}`,
    "",
    plainTable(head, rows),
    "",
    ...systems.map((system) => paint.bold(sentence(system))),
    ...systems.flatMap(({ name, leftOut }) => leftOut.map((what) => `${name}: leaves out ${what}.`)),
    "",
    paint.dim(
      "What rests on what, and how far it holds (ador validate SCENARIO holds it to the simulation):",
    ),
    ...QUEUEING_MODELS.map(({ quantity, model, source, validity }) =>
      paint.dim(`  ${quantity}: ${model} (${source}). Holds for: ${validity}.`),
    ),
    "",
  ].join("\n");
}

function sentence({ name, estimate }: EstimatedSystemReport): string {
  const { load, stable, slo, bindingResource, saturation } = estimate;
  if (!stable) {
    return `${name} cannot keep up: ${formatRatio(load)} what it can serve; ${saturation.limit} is the limit.`;
  }
  const within = slo.met === null ? "" : slo.met ? ", within the SLO" : ", outside the SLO";
  return `${name} runs at ${formatShare(load)} of what it can serve${within}; ${bindingResource} is busiest.`;
}

function pair(latency: { readonly p50: number; readonly p99: number } | null): string {
  return latency === null ? "-" : `${formatSeconds(latency.p50)}, ${formatSeconds(latency.p99)}`;
}
