import type { ArrivalSpec } from "../workload/arrivals/arrival-process.ts";
import type { RequestClass } from "../workload/clients/request-mix.ts";
import type { LengthSpec } from "../workload/lengths/length-sampler.ts";
import type { SyntheticSpec } from "../workload/synthetic.ts";

/** A synthetic workload as a scenario file states it: what the schema reads back into the same description. */
export function writtenSynthetic(spec: SyntheticSpec): Record<string, unknown> {
  const { arrivals, input, output, systemPromptTokens, requests, durationSeconds, classes } = spec;
  return {
    arrivals: writtenArrivals(arrivals),
    input: writtenLengths(input),
    output: writtenLengths(output),
    ...(systemPromptTokens !== undefined && { system_prompt: systemPromptTokens }),
    ...(requests !== undefined && { requests }),
    ...(durationSeconds !== undefined && { duration: seconds(durationSeconds) }),
    ...(classes !== undefined && { classes: classes.map(writtenClass) }),
  };
}

function writtenClass({
  name,
  weight,
  input,
  output,
  systemPromptTokens,
}: RequestClass): Record<string, unknown> {
  return {
    ...{ name, weight },
    ...(input !== undefined && { input: writtenLengths(input) }),
    ...(output !== undefined && { output: writtenLengths(output) }),
    ...(systemPromptTokens !== undefined && { system_prompt: systemPromptTokens }),
  };
}

function writtenArrivals(arrivals: ArrivalSpec): Record<string, unknown> {
  const process = arrivals.kind;
  switch (arrivals.kind) {
    case "constant":
    case "poisson":
      return { process, rate: rate(arrivals.ratePerSecond) };
    case "gamma":
      return { process, rate: rate(arrivals.ratePerSecond), burstiness: arrivals.burstiness };
    case "weibull":
      return { process, rate: rate(arrivals.ratePerSecond), cv: arrivals.cv };
    case "on-off":
      return {
        process,
        on_rate: rate(arrivals.onRatePerSecond),
        off_rate: rate(arrivals.offRatePerSecond),
        mean_on: seconds(arrivals.meanOnSeconds),
        mean_off: seconds(arrivals.meanOffSeconds),
      };
    case "diurnal":
      return {
        process,
        rate: rate(arrivals.meanRatePerSecond),
        amplitude: arrivals.amplitude,
        period: seconds(arrivals.periodSeconds),
        ...(arrivals.phaseSeconds !== undefined && { phase: seconds(arrivals.phaseSeconds) }),
      };
  }
}

function writtenLengths({ kind, ...rest }: LengthSpec): Record<string, unknown> {
  return { distribution: kind, ...rest };
}

function rate(perSecond: number): string {
  return `${perSecond}/s`;
}

function seconds(value: number): string {
  return `${value}s`;
}
