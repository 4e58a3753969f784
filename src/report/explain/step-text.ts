import type { Device } from "../../hardware/device.ts";
import { deviceCount } from "../../models/parallelism.ts";
import type { StepExplanation } from "../../perf/step-explanation.ts";
import { formatCount, formatPlural } from "../format.ts";

/** The work of the step: decode of 64 sequences at context 1,024. */
export function batchText({ batch }: StepExplanation): string {
  const { decodeSequences, contextTokens, promptTokens, cachedTokens } = batch;
  const decode = `decode of ${formatPlural(decodeSequences, "sequence")} at context ${formatCount(contextTokens)}`;
  const cached = cachedTokens === 0 ? "" : ` after ${formatCount(cachedTokens)} cached ones`;
  const prefill = `prefill of ${formatPlural(promptTokens, "token")}${cached}`;
  if (promptTokens === 0) return decode;
  return decodeSequences === 0 ? prefill : `${decode} beside ${prefill}`;
}

/** The system: llama-3.1-8b on 2 x a100-80gb. */
export function systemText({ request }: StepExplanation): string {
  const { model, device, parallelism } = request;
  const devices = deviceCount(parallelism);
  return `${model.name} on ${devices === 1 ? "" : `${devices} x `}${device.name}`;
}

/** What binds an operator, in words. */
export function boundText(bound: string, kind: Device["kind"]): string {
  switch (bound) {
    case "sa":
      return kind === "gpu" ? "the tensor cores" : "the systolic arrays";
    case "mac_tree":
      return "the MAC trees";
    case "vector":
      return "the vector units";
    case "dram":
      return "memory bandwidth";
    case "noc":
      return kind === "gpu" ? "L2 bandwidth" : "the on-chip network";
    case "local_sram":
      return "local SRAM bandwidth";
    case "p2p":
      return "link bandwidth";
    case "launch":
      return "fixed time of operators";
    case "host":
      return "host work";
    default:
      return bound;
  }
}
