/** A small accelerator under a few hundred requests: what the searches of tests change. */
export function searchedScenario(requests: number): string {
  return `
model: llama-3.1-8b
device: { base: ador-recalled, memory: { stacks: 4, capacity: 64GiB, bandwidth: 1.8TB/s } }
workload:
  synthetic:
    arrivals: { process: poisson, rate: 3/s }
    input: { distribution: uniform, min: 50, max: 1500 }
    output: { distribution: uniform, min: 1, max: 120 }
    requests: ${requests}
serving: { max_model_len: 4096 }
slo: { ttft: 1s, max_tbt: 100ms }
`;
}

/** A search of some seconds over a space of 72 designs. */
export const SMALL_SEARCH = `
name: small-search
description: A small space under two hundred requests.
${searchedScenario(260)}
explore:
  space:
    device.cores: [8, 16, 24, 32]
    device.systolic_array.rows: [32, 64, 128]
    device.systolic_array.columns: { tie: device.systolic_array.rows }
    device.local_sram_per_core: [512KiB, 1MiB, 2MiB]
    serving.max_num_batched_tokens: [256, 512]
  constraints: { area: 500mm2, peak_power: 450W }
  strategy: evolve
  estimates: 40
  slices: 8
  replays: 4
  slice_requests: 100
  compare_with: [a100-80gb, ador-recalled]
`;
