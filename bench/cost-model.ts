import { Bench } from "tinybench";
import { findDevice } from "../src/hardware/catalog.ts";
import { findModel } from "../src/models/catalog.ts";
import { SINGLE_DEVICE } from "../src/models/parallelism.ts";
import { BF16 } from "../src/models/precision.ts";
import { compileStepCost } from "../src/perf/compile.ts";
import { DecodeRamp, StepShape, type StepCost } from "../src/perf/step-cost.ts";
import { printTable } from "./table.ts";

const SYSTEMS = [
  ["llama-3.1-8b", "ador-recalled", 1],
  ["llama-3.1-8b", "a100-80gb", 1],
  ["llama-3.1-70b", "h100", 8],
  ["mixtral-8x7b", "ador-recalled", 4],
  ["deepseek-v3", "h200", 8],
] as const;

/** Batches that a query walks through: as many as a search would ask about, each often. */
const BATCHES = 256;

/** What a search pays for a design: compiling, the first answers (rows are worked out), later answers, an explanation. */
export async function benchCostModel(): Promise<void> {
  const rows: string[][] = [];
  for (const [modelName, deviceName, tensorParallel] of SYSTEMS) {
    const request = {
      model: findModel(modelName),
      device: findDevice(deviceName),
      parallelism: { ...SINGLE_DEVICE, tensorParallel },
      precision: BF16,
    };
    const warm = compileStepCost(request);
    const prefill = shapeOf(warm, 0, 2048);
    const mixed = shapeOf(warm, 64, 448);
    const expected = querySeconds(warm);
    const seconds = await typicalSeconds({
      compile: () => compileStepCost(request),
      first: () => {
        const cost = compileStepCost(request);
        cost.step(mixed, cost.openUse());
      },
      query: () => {
        if (querySeconds(warm) !== expected) throw new Error("the same batches took another time");
      },
      explain: () => compileStepCost(request).explain(prefill),
    });
    rows.push([
      `${modelName}, ${tensorParallel} × ${deviceName}`,
      milliseconds(seconds.compile),
      milliseconds(seconds.first),
      `${((seconds.query / BATCHES) * 1e6).toFixed(3)} µs`,
      milliseconds(seconds.explain),
    ]);
  }
  printTable(
    "Cost model, median times in this process",
    ["system", "compile", "compile and first mixed step", "a later step", "compile and explain"],
    rows,
  );
}

/** Σ of the ramps of many decode batches: what a simulation asks for most. */
function querySeconds(cost: StepCost): number {
  const shape = shapeOf(cost, 1, 0);
  const growth = new Float64Array(cost.windowTokens.length);
  const ramp = new DecodeRamp();
  let seconds = 0;
  for (let batch = 1; batch <= BATCHES; batch++) {
    shape.decodeSequences = batch;
    shape.decodeContextTokens = batch * 1024;
    cost.decodeRamp(shape, growth, ramp);
    seconds += ramp.seconds;
  }
  return seconds;
}

function shapeOf(cost: StepCost, decodes: number, chunk: number): StepShape {
  const shape = new StepShape(cost.windowTokens.length, 1);
  shape.decodeSequences = decodes;
  shape.decodeContextTokens = decodes * 1024;
  if (chunk > 0) shape.addChunk(chunk, 0);
  shape.logitSequences = decodes + shape.chunkCount;
  return shape;
}

async function typicalSeconds<Name extends string>(
  runs: Readonly<Record<Name, () => unknown>>,
): Promise<Record<Name, number>> {
  const bench = new Bench({ time: 300, warmupTime: 200 });
  for (const [name, run] of Object.entries<() => unknown>(runs)) bench.add(name, () => void run());
  const tasks = await bench.run();
  return Object.fromEntries(
    tasks.map(({ name, result }) => {
      if (result.state !== "completed") throw new Error(`${name} did not complete`);
      return [name, result.latency.p50 / 1e3];
    }),
  ) as Record<Name, number>;
}

function milliseconds(seconds: number): string {
  return `${(seconds * 1e3).toFixed(3)} ms`;
}
