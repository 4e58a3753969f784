import { expect, test } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import { memoryFiles } from "./memory-files.ts";

const YAML = `model: llama-3-8b
workload:
  synthetic:
    arrivals: { process: poisson, rate: 6/s }
    input: { distribution: fixed, tokens: 100 }
    output: { distribution: fixed, tokens: 100 }
    requests: 10
`;

const load = (lines: string) =>
  loadScenario("s.yaml", memoryFiles({ "s.yaml": `${YAML}${lines}\n` })).systems[0]!;

test.each([
  ["device: { base: ador-recalled, cores: 100 }", "s.yaml:8:", "device.cores: the die takes", "at most 71"],
  [
    "device: { base: ador-recalled, memory: { stacks: 12 } }",
    "s.yaml:8:",
    "device.memory.stacks: 2 sides",
    "at most 6",
  ],
  ["device: { base: ador-recalled, clock: 5GHz }", "s.yaml:8:", "device.clock:", "at most 2.2 GHz"],
  [
    "device: { base: ador-recalled, local_sram_per_core: 32KiB }",
    "s.yaml:8:",
    "device.local_sram_per_core:",
    "at least 64 KiB",
  ],
  ["device: { base: ador-recalled, process_nm: 9 }", "s.yaml:8:", "device.process_nm:", "nearest is 8"],
  [
    "device: { base: ador-recalled, mac_tree: { width: 8192, trees_per_core: 1 } }",
    "s.yaml:8:",
    "device.mac_tree.width: a tree wider",
    "at most 4096",
  ],
  ["device: a100-80gb\nprecision: fp8", "s.yaml:9:", 'units that multiply "fp8"', "bf16 or int8"],
])("%s is refused at its place with the nearest that passes", (lines, place, rule, remedy) => {
  expect(() => load(lines)).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(new RegExp(`^${place}.*${rule}.*\\n.*${remedy}`)) as string,
    }) as Error,
  );
});

test("weights in a format that the units lack are taken, as they are turned into what the units have", () => {
  expect(load("device: a100-80gb\nprecision: { weights: fp8 }").precision.weightBytes).toBe(1);
});

test("a device whose units are given a format multiplies in it", () => {
  const { device } = load("device: { base: ador-recalled, native_formats: { fp8: true } }\nprecision: fp8");
  expect(device).toMatchObject({ nativeFormats: { fp8: true, int8: false } });
});

test("network and buffers can be changed one field at a time", () => {
  const { device } = load(
    "device: { base: ador-recalled, noc: { topology: ring }, sram_style: { global: cache } }",
  );
  expect(device).toMatchObject({
    noc: { topology: "ring", bytesPerCyclePerPort: 128 },
    sramStyle: { local: "scratchpad", global: "cache" },
  });
});
