import type { Format } from "../../../models/precision.ts";
import type { SchedulerConfig } from "../../../serving/scheduler-config.ts";
import type { Engine } from "../engines.ts";

/** What the device waits for in every step: seconds, and seconds for each sequence of the step. */
export type HostWork = Pick<Engine, "hostSecondsPerStep" | "hostSecondsPerSequence">;

/** A serving engine as far as latencies depend on it: how it batches, what it keeps free, and what its host adds. */
export interface ServingEngine extends Engine {
  /** Host work where the next step is not prepared while the last one runs; absent where that cannot be. */
  readonly synchronous?: HostWork;
  readonly scheduler: SchedulerConfig;
  /** Long prompts are split over steps. */
  readonly chunksPrompts: boolean;
  /** Prompts that begin alike share their blocks, unless a server says otherwise. */
  readonly cachesPrefixes: boolean;
  /** Sequences and tokens of one step where a benchmark does not say. */
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  /** Seconds between a request and the engine on the way there and back: HTTP, tokenisation, hand-over between processes. */
  readonly requestSeconds: number;
  /** Format of the KV cache where weights have 8 bits or fewer. */
  readonly narrowKv: Format;
}

/**
 * Serving engines of 2025 and 2026 by the names that measurements give them. Host constants are one set per engine for
 * every device, model and shape, fitted on the sweeps of dense models (for SGLang, of mixtures of experts) in
 * ai-dynamo/aiconfigurator:systems/silicon_sample.csv: a step waits for its
 * sampling and bookkeeping (`hostSecondsPerStep`), and for the tokens of each sequence that are detokenised and sent
 * (`hostSecondsPerSequence`), as far as asynchronous scheduling does not hide them.
 */
export const SERVING_ENGINES: Readonly<Record<string, ServingEngine>> = {
  // vLLM V1: token budget and seats are its defaults for an API server on devices of 70 GB and more.
  vllm: {
    scheduler: { policy: "vllm-v1" },
    ...{ chunksPrompts: true, cachesPrefixes: true, maxNumSeqs: 1024, maxNumBatchedTokens: 8192 },
    ...{ hostSecondsPerStep: 0.5e-3, hostSecondsPerSequence: 0, requestSeconds: 25e-3 },
    synchronous: { hostSecondsPerStep: 1.2e-3, hostSecondsPerSequence: 35e-6 },
    ...{ directAllReduce: true, gpuMemoryUtilization: 0.9, reservedBytes: 2e9, narrowKv: "fp8" },
  },
  // SGLang: prompts go first while decodes wait, and its scheduler looks for new requests only every so many steps
  // (scheduler_recv_interval), which stands in `requestSeconds`.
  sglang: {
    scheduler: { policy: "vllm-v0" },
    ...{ chunksPrompts: false, cachesPrefixes: false, maxNumSeqs: 1024, maxNumBatchedTokens: 16384 },
    ...{ hostSecondsPerStep: 0.5e-3, hostSecondsPerSequence: 0, requestSeconds: 0.15 },
    ...{ directAllReduce: true, gpuMemoryUtilization: 0.85, reservedBytes: 2e9, narrowKv: "fp8" },
  },
  // TensorRT-LLM: whole prompts join the batch, and nobody starts who could be evicted (GUARANTEED_NO_EVICT).
  trtllm: {
    scheduler: { policy: "orca" },
    ...{ chunksPrompts: false, cachesPrefixes: false, maxNumSeqs: 2048, maxNumBatchedTokens: 8192 },
    ...{
      hostSecondsPerStep: 0.6e-3,
      hostSecondsPerSequence: 10e-6,
      launchSeconds: 0.5e-6,
      requestSeconds: 15e-3,
    },
    ...{ directAllReduce: true, gpuMemoryUtilization: 0.95, reservedBytes: 2e9, narrowKv: "fp8" },
  },
};

/** The engine as it schedules: with or without preparing steps ahead. */
export function scheduling(engine: ServingEngine, isAsynchronous: boolean): ServingEngine {
  return isAsynchronous || engine.synchronous === undefined ? engine : { ...engine, ...engine.synchronous };
}

/** First release of vLLM that prepares steps ahead unless told not to. */
const ASYNCHRONOUS_VLLM = [0, 14];

/** Whether a release of a backend prepares steps ahead by default; the latest do, and so do all but vLLM. */
export function schedulesAhead(backend: string, version: string): boolean {
  const parts = /^v?(\d+)\.(\d+)/.exec(version);
  if (backend !== "vllm" || parts === null) return true;
  const [major, minor] = [Number(parts[1]), Number(parts[2])];
  return major > ASYNCHRONOUS_VLLM[0]! || minor >= ASYNCHRONOUS_VLLM[1]!;
}
