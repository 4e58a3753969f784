import { createConversationSource } from "../../../workload/clients/conversations.ts";
import type { Parallelism } from "../../../models/parallelism.ts";
import type { LengthSpec } from "../../../workload/lengths/length-sampler.ts";
import { runEngine } from "../engine-run.ts";
import type { MeasuredRow } from "../measured-rows.ts";
import { Unmodelled } from "../dataset.ts";
import { schedulesAhead } from "./serving-engines.ts";
import { systemName, type Deployment, type ServedSystem, type ServedSystems } from "./served-systems.ts";

/** Name of the file with the sweeps, without `.csv`. */
export const SWEEPS = "e2e-concurrency-sweeps";

export const SWEEP_COLUMNS = [
  ...["gpu", "backend", "model", "weights", "isl", "osl", "concurrency"],
  ...["tp", "pp", "attention_dp", "moe_tp", "moe_ep", "ttft_ms", "tpot_ms", "backend_version", "measured"],
];

/** Clients that each keep one request in flight, and the lengths that they ask for. */
export interface ClosedLoop {
  readonly concurrency: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Both are drawn evenly between these shares of the nominal ones. */
  readonly shortestShare: number;
  readonly longestShare: number;
}

/** Mean latencies under such clients in seconds. */
export interface LoopLatencies {
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
}

/** A point of a sweep as measured and as simulated. */
export interface SweepPoint {
  readonly system: string;
  readonly deployment: Deployment;
  readonly loop: ClosedLoop;
  readonly measured: LoopLatencies;
  readonly predicted: LoopLatencies;
  /** 1-based line in the file. */
  readonly line: number;
}

/** Requests that each client sends in all (InferenceX: ten times the concurrency). */
const REQUESTS_PER_CLIENT = 10;
/** How a benchmark draws lengths: evenly between these shares of the nominal ones. */
interface Harness {
  readonly shortestShare: number;
  readonly longestShare: number;
  /** It asks vLLM to prepare steps ahead, whatever the release does by default. */
  readonly schedulesAhead: boolean;
}
/** SemiAnalysis InferenceX: `--random-range-ratio 0.8`, `--async-scheduling`. It has lengths of its own and dates its points. */
const INFERENCEX: Harness = { shortestShare: 0.8, longestShare: 1, schedulesAhead: true };
const INFERENCEX_LENGTHS = [1024, 8192];
/** Synthetic prompts of nominal length, which become some tokens more or fewer (assumption). */
const NOMINAL: Harness = { shortestShare: 0.95, longestShare: 1.05, schedulesAhead: false };
const BLOCK_TOKENS = 16;
/** Tokens beyond prompt and answer that servers are prepared for, e.g. of chat templates. */
const SPARE_TOKENS = 256;
const SEED = 1;

/** Replays points of sweeps; a configuration that was measured several times is simulated once. */
export class SweepReplay {
  readonly #systems: ServedSystems;
  readonly #known = new Map<string, LoopLatencies>();

  constructor(systems: ServedSystems) {
    this.#systems = systems;
  }

  /** @throws Unmodelled for a system that is not described */
  point(row: MeasuredRow): SweepPoint {
    const harness = harnessOf(row);
    const { shortestShare, longestShare } = harness;
    const deployment = deploymentOf(row, harness.schedulesAhead);
    const loop = {
      concurrency: row.positive("concurrency"),
      ...{ inputTokens: row.positive("isl"), outputTokens: row.positive("osl"), shortestShare, longestShare },
    };
    return {
      ...{ system: sweepSystem(row), deployment, loop, line: row.line },
      measured: { ttftSeconds: row.positive("ttft_ms") / 1e3, tpotSeconds: row.positive("tpot_ms") / 1e3 },
      predicted: this.#latencies(deployment, loop),
    };
  }

  #latencies(deployment: Deployment, loop: ClosedLoop): LoopLatencies {
    const key = JSON.stringify([deployment, loop]);
    let latencies = this.#known.get(key);
    if (latencies === undefined) {
      latencies = simulateLoop(deployment, this.#systems.served(deployment), loop);
      this.#known.set(key, latencies);
    }
    return latencies;
  }
}

function harnessOf(row: MeasuredRow): Harness {
  const isInferenceX =
    row.text("measured") !== "" &&
    ["isl", "osl"].every((length) => INFERENCEX_LENGTHS.includes(row.positive(length)));
  return isInferenceX ? INFERENCEX : NOMINAL;
}

/** All clients begin at once, as they do in the benchmark, and its means hold that rush. */
function simulateLoop(deployment: Deployment, served: ServedSystem, loop: ClosedLoop): LoopLatencies {
  const { concurrency, inputTokens, outputTokens } = loop;
  const { engine, cost } = served;
  const source = createConversationSource(
    {
      population: { kind: "closed", users: concurrency, rampUpSeconds: 0 },
      thinkTime: { kind: "exponential", meanSeconds: engine.requestSeconds },
      requests: REQUESTS_PER_CLIENT * concurrency,
      ...{ input: lengths(inputTokens, loop), output: lengths(outputTokens, loop) },
    },
    SEED,
  );
  const maxModelLen = Math.ceil(loop.longestShare * (inputTokens + outputTokens)) + SPARE_TOKENS;
  const engines = deployment.parallelism.dataParallelAttention;
  const budget = engine.chunksPrompts
    ? engine.maxNumBatchedTokens
    : Math.max(engine.maxNumBatchedTokens, maxModelLen);
  const maxNumSeqs = Math.min(engine.maxNumSeqs * engines, concurrency);
  const settings = { maxNumSeqs, maxNumBatchedTokens: budget * engines, blockSize: BLOCK_TOKENS };
  const { counts, ttft, tpot } = runEngine({
    ...{ source, cost, scheduler: engine.scheduler },
    engine: {
      ...{ ...settings, maxModelLen, kvBlocks: served.kvBlocks(settings) },
      ...{ enableChunkedPrefill: engine.chunksPrompts, longPrefillTokenThreshold: 0 },
    },
  }).metrics;
  if (counts.completed < counts.submitted || tpot.mean === null || ttft.mean === null) {
    throw new Unmodelled(deployment.gpu, deployment.model, "a KV cache too small for one request");
  }
  return { ttftSeconds: ttft.mean + engine.requestSeconds, tpotSeconds: tpot.mean };
}

function lengths(nominal: number, { shortestShare, longestShare }: ClosedLoop): LengthSpec {
  return {
    kind: "uniform",
    min: Math.ceil(shortestShare * nominal),
    max: Math.floor(longestShare * nominal),
  };
}

/** Under which name a row's system is scored. */
export function sweepSystem(row: MeasuredRow): string {
  return systemName(servedBy(row));
}

function servedBy(row: MeasuredRow): Pick<Deployment, "gpu" | "backend" | "model" | "weights"> {
  const [gpu, backend] = [row.text("gpu"), row.text("backend")];
  return { gpu, backend, model: row.text("model"), weights: row.text("weights") };
}

function deploymentOf(row: MeasuredRow, asksForSchedulingAhead: boolean): Deployment {
  const degree = (column: string): number => {
    const text = row.text(column);
    return text === "" || text === "0" ? 1 : row.positive(column);
  };
  const served = servedBy(row);
  return {
    ...served,
    parallelism: parallelismOf(degree, row.text("attention_dp") === ""),
    schedulesAhead: asksForSchedulingAhead || schedulesAhead(served.backend, row.text("backend_version")),
  };
}

/** Where attention groups are not stated, experts tell how many devices there are. */
function parallelismOf(degree: (column: string) => number, hidesGroups: boolean): Parallelism {
  const [tensorParallel, expertParallel] = [degree("tp"), degree("moe_ep")];
  const stated = degree("attention_dp");
  const devices = Math.max(tensorParallel * stated, degree("moe_tp") * expertParallel);
  return {
    ...{ tensorParallel, expertParallel, pipelineParallel: degree("pp") },
    dataParallelAttention: hidesGroups ? devices / tensorParallel : stated,
  };
}
