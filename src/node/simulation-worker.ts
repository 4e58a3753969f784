import { parentPort, workerData, type Transferable } from "node:worker_threads";
import { InputError, RunError } from "../core/errors.ts";
import { replay, type ReplayOutcome } from "../scenario/replay.ts";
import type { RequestSupply } from "../scenario/request-supply.ts";
import type { System } from "../scenario/scenario.ts";
import { controlOf, type SimulationAnswer, type SimulationRequest } from "./simulation-protocol.ts";

const control = controlOf(workerData as SharedArrayBuffer);
const systems: System[] = [];
let supply: RequestSupply | undefined;

parentPort!.on("message", (request: SimulationRequest) => {
  switch (request.kind) {
    case "system":
      systems.push(request.system);
      return;
    case "supply":
      supply = request.supply;
      return;
    case "replay": {
      const answer = answerTo(request, supply!);
      parentPort!.postMessage(answer, answer.kind === "done" ? columnsOf(answer.outcome) : []);
    }
  }
});

function answerTo(
  { scenario, system, options }: Extract<SimulationRequest, { kind: "replay" }>,
  requests: RequestSupply,
): SimulationAnswer {
  const startedMilliseconds = performance.now();
  try {
    const outcome = replay(scenario, systems[system]!, requests, options, {
      onProgress(finished, simulatedSeconds) {
        control.progress[0] = finished;
        control.progress[1] = simulatedSeconds;
        return Atomics.load(control.stop, 0) === 0;
      },
    });
    return { kind: "done", outcome, wallSeconds: (performance.now() - startedMilliseconds) / 1e3 };
  } catch (error) {
    if (error instanceof InputError) return { kind: "input-error", problems: error.problems };
    if (error instanceof RunError) return { kind: "run-error", message: error.message };
    return {
      kind: "crash",
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

/** The memory of the record columns, to be moved to the other thread instead of copied. */
function columnsOf({ records }: ReplayOutcome): Transferable[] {
  return Object.values(records).flatMap((column) =>
    ArrayBuffer.isView(column) ? [column.buffer as ArrayBuffer] : [],
  );
}
