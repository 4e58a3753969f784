import { InputError } from "../core/errors.ts";
import { diskFiles } from "../node/disk-files.ts";
import type { ScenarioFiles } from "../scenario/files.ts";
import { loadScenario } from "../scenario/load.ts";
import type { System } from "../scenario/scenario.ts";
import type { ExplainedSystemFlags, NamedSystemFlags } from "./flags.ts";

/** Settings that flags stand for, by the keys of a scenario. */
const SETTINGS: Readonly<Record<Exclude<keyof ExplainedSystemFlags, "expertSkew">, readonly string[]>> = {
  model: ["model"],
  device: ["device"],
  tensorParallel: ["cluster", "tensor_parallel"],
  pipelineParallel: ["cluster", "pipeline_parallel"],
  expertParallel: ["cluster", "expert_parallel"],
  dataParallelAttention: ["cluster", "data_parallel_attention"],
  tensorParallelStyle: ["cluster", "tensor_parallel_style"],
  weights: ["precision", "weights"],
  experts: ["precision", "experts"],
  kv: ["precision", "kv"],
  activations: ["precision", "activations"],
};

/** Laws of expert popularity that take an exponent, by their names in flags. */
const SKEW_KEYS: ReadonlyMap<string, string> = new Map([
  ["zipf", "zipf"],
  ["power-law", "power_law"],
]);
const PLAIN_SKEWS = ["balanced", "uniform"];

type FlagSetting = readonly [flag: string, keys: readonly string[], value: string | number];

/**
 * A scenario for flags to complete. A step needs neither traffic nor room for a KV cache, so both are as small as they
 * can be: what a step would take is worth knowing for models that do not fit, too.
 */
const FLAG_SCENARIO = `
workload:
  synthetic: { arrivals: { process: poisson, rate: 1/s }, input: 1, output: 1, requests: 1 }
serving: { kv_blocks: 1 }
`;
const FLAG_SCENARIO_PATH = "flags";

/**
 * The system that is meant: of the scenario, or of the flags.
 * @throws InputError for flags that do not go together, an unknown name, or a system that cannot be
 */
export function explainedSystem(scenarioPath: string | undefined, flags: NamedSystemFlags): System {
  const settings = flagSettings(flags);
  return scenarioPath === undefined
    ? systemOfFlags(settings, flags)
    : systemOfScenario(scenarioPath, settings, flags);
}

function systemOfFlags(
  settings: readonly FlagSetting[],
  { model, device, system, set }: NamedSystemFlags,
): System {
  for (const [flag, value] of [
    ["--model", model],
    ["--device", device],
  ] as const) {
    if (value !== undefined) continue;
    throw new InputError({
      message: `missing ${flag}`,
      expected: "--model and --device, or a scenario file",
    });
  }
  if (system !== undefined) {
    throw new InputError({ file: "--system", message: "has no effect without a scenario", found: system });
  }
  const files: ScenarioFiles = {
    ...diskFiles,
    readText: (path) => (path === FLAG_SCENARIO_PATH ? FLAG_SCENARIO : diskFiles.readText(path)),
  };
  return loadScenario(FLAG_SCENARIO_PATH, files, { flags: settings, set }).systems[0]!;
}

function systemOfScenario(
  path: string,
  settings: readonly FlagSetting[],
  { system: name, set }: NamedSystemFlags,
): System {
  for (const [flag, keys, value] of settings) {
    const expected = `--set ${keys.join(".")}=${value}`;
    throw new InputError({ file: flag, message: "has no effect on a scenario", expected });
  }
  const { systems } = loadScenario(path, diskFiles, { set });
  const names = systems.map((system) => system.name);
  if (name === undefined) {
    if (systems.length === 1) return systems[0]!;
    throw new InputError({
      file: path,
      message: "the scenario has several systems",
      expected: `--system with one of: ${names.join(", ")}`,
    });
  }
  const system = systems.find((candidate) => candidate.name === name);
  if (system !== undefined) return system;
  throw new InputError({ file: "--system", message: "unknown system", found: name, accepted: names });
}

function flagSettings(flags: NamedSystemFlags): FlagSetting[] {
  const plain = Object.entries(SETTINGS).flatMap(([name, keys]): FlagSetting[] => {
    const value = flags[name as keyof typeof SETTINGS];
    return value === undefined ? [] : [[flagOf(name), keys, value]];
  });
  return flags.expertSkew === undefined ? plain : [...plain, skewSetting(flags.expertSkew)];
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `uniform`, or `zipf=1.2`. */
function skewSetting(text: string): FlagSetting {
  const flag = "--expert-skew";
  const keys = ["cluster", "expert_skew"];
  const [law = "", exponent] = text.split("=", 2);
  const key = SKEW_KEYS.get(law);
  if (key !== undefined) return [flag, [...keys, key], exponent === undefined ? "" : Number(exponent)];
  if (PLAIN_SKEWS.includes(law) && exponent === undefined) return [flag, keys, law];
  throw new InputError({
    ...{ file: flag, message: "unknown law", found: law },
    accepted: [...PLAIN_SKEWS, ...SKEW_KEYS.keys()],
    expected: `${PLAIN_SKEWS.join(", ")}, or ${[...SKEW_KEYS.keys()].map((name) => `${name}=1.2`).join(" or ")}`,
  });
}
