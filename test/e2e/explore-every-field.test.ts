import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { diskFiles } from "../../src/node/disk-files.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { HdaDevice } from "../../src/hardware/device.ts";
import type { Replicas, System } from "../../src/scenario/scenario.ts";
import { pooledScenario } from "../support/pooled-search.ts";
import { searchedScenario } from "../support/small-search.ts";
import { ador, workFolder } from "./ador.ts";

type Row = Readonly<Record<string, string>>;

/** Every kind of field of a dataflow device: by steps, values, names, a logarithmic range, ties and a condition. */
const DEVICE_AXES = `
    device.process_nm: [4, 5, 7]
    device.clock: { from: 1.2GHz, to: 1.8GHz }
    device.cores: { from: 16, to: 32, step: 8 }
    device.systolic_array.rows: [32, 64]
    device.systolic_array.columns: { from: 32, to: 64, step: 16 }
    device.mac_tree.trees_per_core: [4, 8, 16]
    device.mac_tree.width: [8, 16]
    device.mac_tree.reuse: [1, 2]
    device.vector.lanes_per_core: { from: 64, to: 128, step: 32 }
    device.local_sram_per_core: { from: 1MiB, to: 4MiB, scale: log }
    device.local_sram_bytes_per_cycle: { tie: 4 * (device.systolic_array.rows + device.systolic_array.columns) }
    device.global_sram: [8MiB, 16MiB, 32MiB]
    device.noc.topology: [ring, mesh]
    device.noc.bytes_per_cycle_per_port: { values: [64, 256], when: "device.noc.topology == 'mesh'" }
    device.memory.kind: [hbm2e, hbm3]
    device.memory.stacks: [2, 3, 4]
    device.memory.bandwidth: { tie: 400e9 * device.memory.stacks }
    device.memory.capacity: { tie: 20e9 * device.memory.stacks }
    device.links.bandwidth: [64GB/s, 128GB/s, 300GB/s]
    precision.kv: [bf16, fp8]`;

const SARATHI = "serving: { max_model_len: 4096, max_num_seqs: 64, scheduler: { policy: sarathi } }";
const written = (scenario: string) => scenario.replace(/^serving: .*$/m, SARATHI);

const POOLED = `${written(pooledScenario(60))}
explore:
  space:${DEVICE_AXES}
    cluster.pools.prefill.replicas: [1, 2, 3]
    cluster.pools.decode.replicas: { tie: 4 - cluster.pools.prefill.replicas }
    cluster.pools.decode.tensor_parallel: [1, 2]
    cluster.pools.prefill.serving.max_num_batched_tokens: [512, 1024]
    serving.scheduler.chunk_size: [128, 256]
    cluster.pools.decode.device.vector.lanes_per_core: [48, 96]
  objectives: [{ minimise: price_dollars }]
  strategy: sobol
  slices: 40
  replays: 2
  slice_requests: 30
  compare_with: []
`;

const PLAIN = `${written(searchedScenario(60))}
explore:
  space:${DEVICE_AXES}
    cluster.replicas: [1, 2, 3]
    cluster.tensor_parallel: [1, 2]
    serving.max_num_batched_tokens: [512, 1024]
    serving.scheduler.chunk_size: [128, 256]
  objectives: [{ minimise: price_dollars }]
  strategy: sobol
  estimates: 60
  slices: 4
  replays: 2
  slice_requests: 30
  compare_with: []
`;

/** How a field stands in what a scenario is resolved to. */
const RESOLVED: Readonly<Record<string, (of: Replicas, device: HdaDevice) => unknown>> = {
  "device.process_nm": (_, device) => device.processNanometres,
  "device.clock": (_, device) => device.clockHertz,
  "device.cores": (_, device) => device.cores,
  "device.systolic_array.rows": (_, device) => device.systolicArray.rows,
  "device.systolic_array.columns": (_, device) => device.systolicArray.columns,
  "device.mac_tree.trees_per_core": (_, device) => device.macTree.treesPerCore,
  "device.mac_tree.width": (_, device) => device.macTree.width,
  "device.mac_tree.reuse": (_, device) => device.macTree.reuse,
  "device.vector.lanes_per_core": (_, device) => device.vector.lanesPerCore,
  "device.local_sram_per_core": (_, device) => device.localSramBytesPerCore,
  "device.local_sram_bytes_per_cycle": (_, device) => device.localSramBytesPerCycle,
  "device.global_sram": (_, device) => device.globalSramBytes,
  "device.noc.topology": (_, device) => device.noc.topology,
  "device.noc.bytes_per_cycle_per_port": (_, device) => device.noc.bytesPerCyclePerPort,
  "device.memory.kind": (_, device) => device.memory.kind,
  "device.memory.stacks": (_, device) => device.memory.stacks,
  "device.memory.bandwidth": (_, device) => device.memory.bytesPerSecond,
  "device.memory.capacity": (_, device) => device.memory.capacityBytes,
  "device.links.bandwidth": (_, device) => device.links.bytesPerSecond,
  "precision.kv": ({ precision }) => precision.kv,
  "cluster.replicas": ({ replicas }) => replicas,
  "cluster.tensor_parallel": ({ parallelism }) => parallelism.tensorParallel,
  "serving.max_num_batched_tokens": ({ engine }) => engine.maxNumBatchedTokens,
  "serving.scheduler.chunk_size": ({ scheduler }) =>
    scheduler.policy === "sarathi" ? scheduler.chunkTokens : undefined,
};

/** The fields of one row of `candidates.csv` as each kind of replicas should have them. */
function expectArrived(row: Row, paths: readonly string[], system: System): void {
  const kinds: readonly (Replicas & { readonly name: string })[] = system.pools ?? [system];
  for (const kind of kinds) {
    for (const [path, valueIn] of Object.entries(RESOLVED)) {
      const own = `cluster.pools.${kind.name}.${path.replace(/^cluster\./, "")}`;
      const cell = row[paths.includes(own) ? own : path];
      if (cell === undefined || cell === "") continue;
      const value = valueIn(kind, kind.device as HdaDevice);
      if (typeof value === "number") expect(value / Number(cell), `${kind.name} ${path}`).toBeCloseTo(1, 6);
      else expect(value, `${kind.name} ${path}`).toBe(cell);
    }
  }
}

describe.each([
  ["pools", POOLED, ["cluster.pools.prefill.replicas", "cluster.pools.decode.tensor_parallel"]],
  ["equal replicas", PLAIN, ["cluster.replicas", "cluster.tensor_parallel"]],
])("a search over every kind of field, of %s", (_, text, counts) => {
  const folder = workFolder({ "search.yaml": text });
  const { code, stderr } = ador(["explore", "search.yaml", "--out", "out", "--workers", "2", "-q"], {
    cwd: folder,
  });
  const path = join(folder, "search.yaml");

  test("varies each of them, and the settings of every design arrive", () => {
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const rows: Row[] = parse(readFileSync(join(folder, "out/candidates.csv")), { columns: true });
    expect(rows.length).toBeGreaterThanOrEqual(40);
    const paths = Object.keys(rows[0]!).filter((name) => /^(device|cluster|serving|precision)\./.test(name));
    expect(paths).toEqual(expect.arrayContaining([...counts]));
    for (const name of paths) expect(new Set(rows.map((row) => row[name])).size, name).toBeGreaterThan(1);
    // The condition takes some designs out, the tie binds, a range takes any value.
    const ports = rows.map((row) => row["device.noc.bytes_per_cycle_per_port"]);
    expect(ports.map((port) => port === "")).toEqual(
      rows.map((row) => row["device.noc.topology"] === "ring"),
    );
    expect(new Set(rows.map((row) => row["device.local_sram_per_core"])).size).toBe(rows.length);
    const built = rows.filter((row) => row["feasible"] === "true");
    expect(built.length).toBeGreaterThan(rows.length / 2);
    for (const row of built) {
      const set = paths.flatMap((name) =>
        row[name] === "" ? [] : [`${name}=${withUnit(name, row[name]!)}`],
      );
      expectArrived(row, paths, loadScenario(path, diskFiles, { set }).systems[0]!);
      expect(Number(row["device.local_sram_bytes_per_cycle"])).toBe(
        4 * (Number(row["device.systolic_array.rows"]) + Number(row["device.systolic_array.columns"])),
      );
    }
  });
});

/** What `candidates.csv` tells in SI base units, as a scenario states it. */
function withUnit(path: string, cell: string): string {
  if (/sram_per_core|global_sram|capacity/.test(path)) return `${cell}B`;
  if (/memory\.bandwidth|links\.bandwidth/.test(path)) return `${cell}B/s`;
  return path.endsWith("clock") ? `${cell}Hz` : cell;
}
