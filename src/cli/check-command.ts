import { deviceAreaMm2, type DeviceArea } from "../hardware/area.ts";
import { idleWatts, peakWatts } from "../hardware/power.ts";
import { kvBytesPerTokenPerDevice, weightBytesPerDevice } from "../models/memory.ts";
import { deviceCount } from "../models/parallelism.ts";
import { diskFiles } from "../node/disk-files.ts";
import { jsonText } from "../node/result-files.ts";
import { prepareRequests } from "../node/run-scenario.ts";
import { formatCount, formatNumber, formatPlural } from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";
import { loadScenario } from "../scenario/load.ts";
import { checkSupply, knownRequests } from "../scenario/request-supply.ts";
import type { System } from "../scenario/scenario.ts";
import { deviceBandsJson, deviceBandsText } from "./device-bands.ts";
import type { CheckFlags } from "./flags.ts";
import { stepCostsJson, stepCostsOf, stepCostsTable } from "./step-costs.ts";

/** `ador check`: loads the scenario and its trace as a run would, and says what they come to. */
export async function checkCommand(path: string, flags: CheckFlags): Promise<void> {
  const scenario = loadScenario(path, diskFiles, flags);
  const { supply, identity } = await prepareRequests(scenario);
  checkSupply(supply, scenario);
  const requests = knownRequests(supply) ?? null;
  const systems = scenario.systems.flatMap(poolsAsSystems).map((system) => ({
    ...{ system, facts: factsOf(system), area: deviceAreaMm2(system.device), steps: stepCostsOf(system) },
  }));
  const warnings = [...identity.warnings, ...systems.flatMap(({ system, facts }) => doubts(system, facts))];
  if (flags.json === true) {
    const answer = {
      scenario: scenario.name,
      scenario_hash: identity.scenarioHash,
      seed: scenario.seed,
      requests,
      warnings,
      systems: Object.fromEntries(
        systems.map(({ system, facts, area, steps }) => [
          system.name,
          {
            ...system.settings,
            ...facts,
            area_blocks: area.blocks,
            device_bands: deviceBandsJson(system.device),
            steps: stepCostsJson(steps),
          },
        ]),
      ),
    };
    process.stdout.write(jsonText(answer));
    return;
  }
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  const traffic = requests === null ? "requests until its duration ends" : formatPlural(requests, "request");
  const rows = FACT_ROWS.map(({ label, text }) => [
    label,
    ...systems.map(({ system, facts }) => text(facts, system)),
  ]);
  const head = ["", ...systems.map(({ system }) => system.name)];
  const details = systems.map(({ system, area, steps }) =>
    [`${system.name}: ${areaText(system, area)}`, deviceBandsText(system.device), stepCostsTable(steps)].join(
      "\n",
    ),
  );
  process.stdout.write(
    `${scenario.name}: sound, ${traffic}\n\n${plainTable(head, rows)}\n\n${details.join("\n\n")}\n\nscenario hash ${identity.scenarioHash}\n`,
  );
}

/** Every kind of replicas of a cluster as a system of its own, called `system/pool`. */
function poolsAsSystems({ pools, ...system }: System): System[] {
  if (pools === undefined) return [system];
  return pools.map((pool) => ({ ...system, ...pool, name: `${system.name}/${pool.name}` }));
}

/** What is allowed and yet seldom meant. */
function doubts({ name, device, engine, settings }: System, { kv_tokens: kvTokens }: Facts): string[] {
  const watts = peakWatts(device);
  const writtenTdp = settings.device_overrides["tdp"] !== undefined;
  return [
    ...(kvTokens >= engine.maxModelLen
      ? []
      : [
          `${name}: the KV cache of a replica holds ${formatCount(kvTokens)} tokens, less than max_model_len ${formatCount(engine.maxModelLen)}: requests between them are rejected`,
        ]),
    ...(!writtenTdp || watts <= device.tdpWatts
      ? []
      : [
          `${name}: ${device.name} draws ${formatNumber(watts)} W with every unit busy, more than its TDP of ${formatNumber(device.tdpWatts)} W, and is not slowed down for it`,
        ]),
  ];
}

/** Where the silicon of one device goes, the largest blocks first. */
function areaText({ device }: System, { totalMm2, blocks }: DeviceArea): string {
  const parts = [...blocks]
    .sort((a, b) => b.mm2 - a.mm2)
    .map(({ name, mm2 }) => (blocks.length === 1 ? name : `${name} ${formatNumber(mm2)}`));
  return `${device.name}, ${formatNumber(totalMm2)} mm² (${parts.join(", ")})`;
}

interface Facts {
  readonly devices: number;
  readonly weight_bytes_per_device: number;
  readonly kv_blocks: number;
  readonly kv_tokens: number;
  readonly kv_bytes_per_device: number;
  readonly area_mm2: number;
  readonly idle_w: number;
  readonly peak_w: number;
}

function factsOf({ model, device, parallelism, replicas, precision, engine }: System): Facts {
  const devices = replicas * deviceCount(parallelism);
  const kvTokens = engine.kvBlocks * engine.blockSize;
  return {
    devices,
    weight_bytes_per_device: weightBytesPerDevice(model, parallelism, precision),
    kv_blocks: engine.kvBlocks,
    kv_tokens: kvTokens,
    kv_bytes_per_device:
      (kvTokens * kvBytesPerTokenPerDevice(model, parallelism, precision)) /
      parallelism.dataParallelAttention,
    area_mm2: deviceAreaMm2(device).totalMm2 * devices,
    idle_w: idleWatts(device) * devices,
    peak_w: peakWatts(device) * devices,
  };
}

const FACT_ROWS: readonly {
  readonly label: string;
  readonly text: (facts: Facts, system: System) => string;
}[] = [
  { label: "Model", text: (_, { model }) => model.name },
  { label: "Devices", text: ({ devices }, { device }) => `${devices} x ${device.name}` },
  {
    label: "Replicas x devices of one",
    text: (_, { replicas, parallelism }) => `${replicas} x ${deviceCount(parallelism)}`,
  },
  { label: "Memory per device", text: (_, { device }) => gibibytes(device.memory.capacityBytes) },
  { label: "Weights per device", text: (facts) => gibibytes(facts.weight_bytes_per_device) },
  { label: "KV cache per device", text: (facts) => gibibytes(facts.kv_bytes_per_device) },
  { label: "KV blocks per replica", text: (facts) => formatCount(facts.kv_blocks) },
  { label: "KV tokens per replica", text: (facts) => formatCount(facts.kv_tokens) },
  { label: "Longest request, tokens", text: (_, { engine }) => formatCount(engine.maxModelLen) },
  { label: "Area, all devices", text: (facts) => `${formatNumber(facts.area_mm2)} mm²` },
  {
    label: "Power, idle to peak",
    text: (facts) => `${formatNumber(facts.idle_w)} to ${formatNumber(facts.peak_w)} W`,
  },
];

function gibibytes(bytes: number): string {
  return `${formatNumber(bytes / 2 ** 30)} GiB`;
}
