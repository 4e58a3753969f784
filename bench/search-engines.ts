import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import type { RunningEngine } from "../src/node/running-engine.ts";
import type { Engine } from "../src/search/engine.ts";
import type { EvaluationJob } from "../src/search/evaluation/evaluator.ts";
import { diskFiles } from "../src/node/disk-files.ts";
import { studyOf } from "../src/node/explore.ts";
import { prepareRequests } from "../src/node/run-scenario.ts";
import { FeasibilityCheck } from "../src/search/constraints/feasibility-check.ts";
import { designId } from "../src/search/design-id.ts";
import { loadExploration } from "../src/search/load-exploration.ts";
import { printTable } from "./table.ts";

const ESTIMATES = 4000;
const SLICES = 240;
/** Estimates and slices before, so many for each thread: until its code is compiled. */
const WARM_UP = 1500;
const WARM_UP_SLICES = 40;
const GUESS_PER_SECOND = 10;
const AIM_MILLISECONDS = 5;
const AIM_TIMES = 1.8;

/** The same designs by one thread, by two, and by two threads of a worker behind a queue, in one run. */
export async function benchSearchEngines(): Promise<void> {
  const exploration = loadExploration("scenarios/explore/llama3-8b-chat.yaml", diskFiles);
  const { supply } = await prepareRequests(exploration.scenario);
  const assignment = (await built<typeof import("../src/node/assignment.ts")>("assignment")).assignmentOf(
    studyOf(exploration, supply),
  );
  const { EvaluationPool } = await built<typeof import("../src/node/evaluation-pool.ts")>("evaluation-pool");
  const designs = feasibleDesigns(exploration, 2 * WARM_UP + ESTIMATES);
  const jobs = designs.slice(2 * WARM_UP);
  const slices = jobs.slice(0, SLICES).map(sliced);
  const secondsOf = async (engine: Engine, work: readonly EvaluationJob[]): Promise<number> => {
    const started = performance.now();
    await engine.run(work, () => undefined);
    return (performance.now() - started) / 1e3;
  };
  const timed = async (threads: number, engine: RunningEngine) => {
    try {
      const warmUp = designs.slice(0, WARM_UP * threads);
      await engine.run(warmUp, () => undefined);
      await engine.run(warmUp.slice(0, WARM_UP_SLICES * threads).map(sliced), () => undefined);
      return [await secondsOf(engine, jobs), await secondsOf(engine, slices)] as const;
    } finally {
      await engine.close();
    }
  };
  const one = await timed(1, new EvaluationPool(assignment, 1));
  const two = await timed(2, new EvaluationPool(assignment, 2));
  const queued = await behindQueue(async (url) => {
    const { EvaluationQueue } =
      await built<typeof import("../src/node/evaluation-queue.ts")>("evaluation-queue");
    const { parseQueueAddress } = await built<typeof import("../src/node/queue-server.ts")>("queue-server");
    const { programBuild } = await built<typeof import("../src/node/program-version.ts")>("program-version");
    const request = {
      ...{ address: parseQueueAddress(url, "--engine"), flag: "--engine", build: programBuild() },
      tell: () => undefined,
    };
    return timed(2, await EvaluationQueue.open(assignment, request));
  });
  const row = (name: string, count: number, i: 0 | 1): string[] => [
    name,
    ...[one, two, queued].map((seconds) => (seconds === undefined ? "-" : `${seconds[i].toFixed(2)} s`)),
    `${(one[i] / two[i]).toFixed(2)}×`,
    queued === undefined ? "no redis-server" : `${(((queued[i] - two[i]) / count) * 1e3).toFixed(2)} ms`,
  ];
  printTable(
    `Engines of a search; aims: two threads ${AIM_TIMES}×, queue below ${AIM_MILLISECONDS} ms a design`,
    ["designs", "1 thread", "2 threads", "queue, 2 threads", "2 threads / 1", "queue a design"],
    [row(`${ESTIMATES} estimates`, ESTIMATES, 0), row(`${SLICES} slices`, SLICES, 1)],
  );
}

function sliced(job: EvaluationJob): EvaluationJob {
  return { ...job, fidelity: "slice" };
}

/** A module as it was built, beside the files that its threads run. */
async function built<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(resolve(`dist/node/${name}.js`)).href)) as T;
}

function feasibleDesigns(
  { space, scenario, constraints }: ReturnType<typeof loadExploration>,
  count: number,
): EvaluationJob[] {
  const { device } = scenario.systems[0]!;
  if (device.kind !== "hda") throw new Error("the bundled search changed");
  const feasibility = new FeasibilityCheck(space, device, constraints);
  const jobs: EvaluationJob[] = [];
  for (let i = 0; jobs.length < count; i++) {
    const point = space.nth((i * 245_489) % space.size!);
    if (feasibility.violation(point) > 0) continue;
    const settings = space.settingsOf(point);
    jobs.push({
      ...{ design: designId(settings), settings, fidelity: "estimate", unlimited: false },
      guessPerSecond: GUESS_PER_SECOND,
    });
  }
  return jobs;
}

/** With a queue server and a worker process of two threads; undefined without the server's program. */
async function behindQueue<T>(work: (url: string) => Promise<T>): Promise<T | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "ador-bench-queue-"));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const children: ChildProcess[] = [];
  try {
    const server = spawn("redis-server", ["--port", String(port), "--dir", folder, "--save", ""], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    children.push(server);
    const missing = once(server, "error").then(() => true);
    const ready = linesOf(server, "Ready to accept connections").then(() => false);
    if (await Promise.race([missing, ready])) return undefined;
    const worker = spawn(process.execPath, ["dist/cli/main.js", "worker", url, "--threads", "2"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    children.push(worker);
    await once(worker.stderr, "data");
    return await work(url);
  } finally {
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

async function linesOf(server: ChildProcess, text: string): Promise<void> {
  for await (const line of createInterface(server.stdout!)) if (line.includes(text)) break;
  server.stdout!.resume();
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}
