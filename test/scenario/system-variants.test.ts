import fc from "fast-check";
import { expect, test } from "vitest";
import { InputError } from "../../src/core/errors.ts";
import { parseLocated, type LocatedMap } from "../../src/scenario/located.ts";
import { applyOverrides, flagOverride } from "../../src/scenario/overrides.ts";
import { parseSystem } from "../../src/scenario/parse-system.ts";
import { resolveSystem } from "../../src/scenario/resolve-system.ts";
import type { System } from "../../src/scenario/scenario.ts";
import type { Setting } from "../../src/scenario/setting-map.ts";
import { SystemVariants } from "../../src/scenario/system-variants.ts";
import { memoryFiles } from "./memory-files.ts";

const files = memoryFiles({});
const NO_TARGETS = { request: {}, run: [] };

const BASES = [
  `model: llama-3.1-8b
device: ador-recalled
workload: { trace: t.csv }
serving: { max_num_seqs: 128 }
`,
  `model: mixtral-8x7b
device: { base: ador-recalled, cores: 24, memory: { capacity: 160GB, stacks: 8 } }
precision: fp8
cluster: { tensor_parallel: 2, expert_skew: { zipf: 1.1 } }
workload: { trace: t.csv }
serving:
  scheduler: { policy: sarathi, chunk_tokens: 256 }
  kv_offload: { host: { capacity: 64GB, bandwidth: 50GB/s } }
  enable_prefix_caching: true
`,
].map((text) => parseLocated(text, "base.yaml") as LocatedMap);

/** Values that suit a setting and others that do not, alone or beside those of others. */
const VALUES: Readonly<Record<string, readonly Setting[]>> = {
  "device.cores": [8, 16, 32, 400, 0, 2.5, "many"],
  "device.systolic_array.rows": [16, 64, 1024],
  "device.systolic_array.columns": [16, 64, -1],
  "device.mac_tree.trees_per_core": [4, 16, 0],
  "device.mac_tree.width": [16, 8192],
  "device.local_sram_per_core": ["256KiB", "2 MiB", "16KiB", "fast", 5],
  "device.clock": ["1GHz", "9GHz", "2s"],
  "device.memory.kind": ["hbm2e", "hbm3", "paper"],
  "device.memory.stacks": [4, 5, 80],
  "device.native_formats.fp8": [true, false, "yes"],
  "device.base": ["ador-recalled", "llmcompass-latency", "h100", "none"],
  "device.l2": ["40MiB"],
  "device.colour": ["red"],
  device: ["ador-recalled", "a100-80gb", "nowhere"],
  "precision.kv": ["fp8", "bf16"],
  "precision.weights": ["int8", "bf16"],
  precision: ["bf16", "fp8"],
  "cluster.replicas": [1, 3, 0],
  "cluster.tensor_parallel": [1, 2, 3],
  "cluster.expert_skew": ["balanced", "skewed"],
  "cluster.kv_transfer.over": ["nic", "p2p"],
  "serving.max_num_seqs": [1, 64, 4096],
  "serving.max_num_batched_tokens": [256, 2048],
  "serving.scheduler": ["vllm-v1", "nobody"],
  "serving.scheduler.policy": ["sarathi", "vllm-v1"],
  "serving.kv_cache_dtype": ["fp8", "auto"],
  "serving.kv_offload.disk.capacity": ["1TB"],
  "serving.long_prefill_token_threshold": [0, 128],
  model: ["llama-3.1-8b", "qwen2.5-14b", "none"],
};

const settings = fc
  .uniqueArray(fc.constantFrom(...Object.keys(VALUES)), { maxLength: 6 })
  .chain((paths) =>
    fc.tuple(
      ...paths.map((path) =>
        fc.constantFrom(...VALUES[path]!).map((value): [string, Setting] => [path, value]),
      ),
    ),
  );

const answerOf = (resolve: () => System) => {
  try {
    const system = resolve();
    return { ...system, settings: system.settings };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems;
  }
};

test("a variant is the system, or has the problems, of the scenario with its settings written into it", () => {
  const variants = BASES.map((base) => new SystemVariants(base, NO_TARGETS, files));
  let systems = 0;
  fc.assert(
    fc.property(fc.nat(BASES.length - 1), settings, (which, drawn) => {
      const answer = answerOf(() => variants[which]!.with(drawn, "drawn"));
      const expected = answerOf(() => {
        const flags = drawn.map(([path, value]) => flagOverride("drawn", path.split("."), value));
        const located = applyOverrides(BASES[which]!, flags);
        return resolveSystem("design", located, parseSystem(located), NO_TARGETS, files);
      });
      expect(answer).toEqual(expected);
      if (!Array.isArray(answer)) systems++;
    }),
    { numRuns: 1500 },
  );
  expect(systems).toBeGreaterThan(150);
});
