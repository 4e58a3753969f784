import { QUEUEING_MODELS } from "../../analysis/estimate/queueing-models.ts";
import type { EstimatedSystemReport, EstimateReport } from "./estimate-report.ts";

/** The answer of `ador estimate --json`: SI units, null for what there is not. */
export function estimateJsonOf({ scenario, seed, systems }: EstimateReport): Record<string, unknown> {
  return {
    scenario,
    seed,
    systems: Object.fromEntries(systems.map((system) => [system.name, systemJson(system)])),
    queueing_models: QUEUEING_MODELS,
  };
}

function systemJson({ device, devices, model, traffic, estimate, leftOut }: EstimatedSystemReport) {
  const { phases, saturation, slo, latencies } = estimate;
  return {
    ...{ device, devices, model },
    offered_rps: estimate.ratePerSecond,
    load: estimate.load,
    stable: estimate.stable,
    request_throughput_rps: estimate.requestsPerSecond,
    output_throughput_tps: estimate.outputTokensPerSecond,
    phases: {
      batch: phases.batch,
      decode_step_s: phases.decodeStepSeconds,
      mixed_step_s: phases.mixedStepSeconds,
      mixed_step_prompt_tokens: phases.mixedStepTokens,
      prefill_share: phases.prefillShare,
      prompt_s: phases.promptSeconds,
    },
    ttft_s: latencies.ttft,
    tbt_s: latencies.tbt,
    tpot_s: latencies.tpot,
    e2e_s: latencies.e2e,
    queue_s: latencies.queue,
    saturation: {
      request_throughput_rps: saturation.requestsPerSecond,
      output_throughput_tps: saturation.outputTokensPerSecond,
      limit: saturation.limit,
      batch: saturation.batch,
      resource: saturation.resource,
    },
    kv_concurrency: estimate.kvConcurrency,
    slo: {
      met: slo.met,
      attainment: slo.attainment,
      max_rps: slo.maxRequestsPerSecond,
      max_users: slo.maxUsers,
    },
    utilization: estimate.utilization,
    binding_resource: estimate.bindingResource,
    energy_per_token_j: estimate.joulesPerToken,
    dynamic_energy_per_token_j: estimate.dynamicJoulesPerToken,
    traffic: {
      requests_sampled: traffic.sampled,
      refused_share: traffic.refusedShare,
      mean_input_tokens: traffic.meanPromptTokens,
      mean_output_tokens: traffic.meanOutputTokens,
      arrival_dispersion: traffic.dispersions,
      rate_levels: traffic.levels,
    },
    left_out: leftOut,
  };
}
