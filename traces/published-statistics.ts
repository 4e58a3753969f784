import type { Quantiles } from "./quantile-sampler.ts";

/** Summary statistics of a real trace; tokens and seconds. */
export interface TraceStatistics {
  readonly ratePerSecond: number;
  /** Coefficient of variation of the gaps between arrivals. */
  readonly gapCv: number;
  readonly inputMean: number;
  readonly inputQuantiles: Quantiles;
  readonly outputMean: number;
  readonly outputQuantiles: Quantiles;
}

/**
 * The conversation service of the Azure LLM inference trace 2023 (Patel et al., "Splitwise", ISCA 2024): statistics of
 * the 19,366 requests in github.com/Azure/AzurePublicDataset, data/AzureLLMInferenceTrace_conv.csv (CC-BY-4.0).
 */
export const AZURE_CONVERSATION: TraceStatistics = {
  ratePerSecond: 5.53,
  gapCv: 1.09,
  inputMean: 1155,
  inputQuantiles: [
    [0, 2],
    [0.01, 29],
    [0.05, 181],
    [0.1, 207],
    [0.25, 396],
    [0.5, 1020],
    [0.75, 1189],
    [0.9, 2734],
    [0.95, 4083],
    [0.99, 4142],
    [0.999, 6122],
    [1, 14_050],
  ],
  outputMean: 211,
  outputQuantiles: [
    [0, 7],
    [0.01, 16],
    [0.05, 41],
    [0.1, 54],
    [0.25, 85],
    [0.5, 129],
    [0.75, 395],
    [0.9, 424],
    [0.95, 451],
    [0.99, 601],
    [0.999, 954],
    [1, 1000],
  ],
};

/**
 * The conversation trace of Mooncake (Qin et al., FAST 2025): statistics of the 12,031 requests in
 * github.com/kvcache-ai/Mooncake, FAST25-release/traces/conversation_trace.jsonl (Apache-2.0).
 */
export const MOONCAKE_CONVERSATION: TraceStatistics & { readonly prefixHitRate: number } = {
  ratePerSecond: 3.4,
  gapCv: 3.03,
  inputMean: 12_035,
  inputQuantiles: [
    [0, 891],
    [0.05, 901],
    [0.1, 964],
    [0.25, 2306],
    [0.5, 6909],
    [0.75, 15_366],
    [0.9, 27_367],
    [0.95, 39_549],
    [0.99, 85_399],
    [0.999, 121_298],
    [1, 126_195],
  ],
  outputMean: 343,
  outputQuantiles: [
    [0, 1],
    [0.01, 3],
    [0.05, 10],
    [0.1, 24],
    [0.25, 156],
    [0.5, 350],
    [0.75, 472],
    [0.9, 597],
    [0.95, 698],
    [0.99, 1115],
    [0.999, 2000],
    [1, 2000],
  ],
  /** Share of the prompt blocks that an unlimited prefix cache would already hold. */
  prefixHitRate: 0.366,
};
