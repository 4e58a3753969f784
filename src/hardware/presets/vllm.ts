import type { Overheads } from "../device.ts";

/**
 * A recent vLLM (V1 engine, CUDA graphs, asynchronous scheduling): most host work hides behind the previous step; half
 * a millisecond of sampling, detokenisation and hand-over stays exposed (assumption; engines of 2023 needed 20-40 ms,
 * see the decode floors in Mutinifni/splitwise-sim:data/perf_model.csv). 2.5 µs is the smallest kernel of a captured
 * graph: norm, rotary and activation kernels at one token take 1.9-2.6 µs (casys-kaist/LLMServingSim profiler tables).
 */
export const VLLM_OVERHEADS: Overheads = { hostSecondsPerStep: 500e-6, launchSeconds: 2.5e-6 };
