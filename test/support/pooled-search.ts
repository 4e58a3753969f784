/** Two pools of small accelerators under some hundred requests; what a pool does not name is that of the system. */
export function pooledScenario(requests: number): string {
  return `
model: llama-3.1-8b
device: { base: ador-recalled, memory: { stacks: 4, capacity: 64GiB, bandwidth: 1.6TB/s } }
workload:
  synthetic:
    arrivals: { process: poisson, rate: 6/s }
    input: { distribution: uniform, min: 50, max: 1500 }
    output: { distribution: uniform, min: 1, max: 120 }
    requests: ${requests}
serving: { max_model_len: 4096 }
slo: { ttft: 1s, tpot: 30ms }
cluster:
  kv_transfer: { latency: 20us }
  pools:
    prefill: { role: prefill, replicas: 2, serving: { max_num_batched_tokens: 1024 } }
    decode: { role: decode, replicas: 2 }
`;
}

/** A search over the split of four of them, and of what each kind is made of. */
export const POOLED_SEARCH = `
name: pooled-search
description: Four accelerators for prompts and answers.
${pooledScenario(240)}
explore:
  space:
    cluster.pools.prefill.replicas: [1, 2, 3]
    cluster.pools.decode.replicas: { tie: 4 - cluster.pools.prefill.replicas }
    cluster.pools.prefill.serving.max_num_batched_tokens: [512, 2048]
    device.cores: [16, 32]
    cluster.pools.decode.device.systolic_array.columns: [16, 64]
  constraints: { area: 500mm2, system_area: 1800mm2, devices: 4 }
  objectives: [{ maximise: goodput_at_slo_rps }, { minimise: area_mm2 }]
  strategy: grid
  slices: 24
  replays: 4
  slice_requests: 100
  compare_with: [a100-80gb]
`;
