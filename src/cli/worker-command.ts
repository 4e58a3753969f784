import { once } from "node:events";
import { availableParallelism } from "node:os";
import { programBuild } from "../node/program-version.ts";
import { parseQueueAddress, type Tell } from "../node/queue-server.ts";
import { QueueWorker } from "../node/queue-worker.ts";
import { formatCount } from "../report/format.ts";
import { EXIT } from "./exit-codes.ts";
import type { WorkerFlags } from "./flags.ts";

const PROGRESS_MILLISECONDS = 10_000;

/** `ador worker`. Returns the exit code when it is stopped; says what happens on standard error. */
export async function workerCommand(queue: string, flags: WorkerFlags): Promise<number> {
  const { threads = availableParallelism(), quiet } = flags;
  const flag = "worker";
  const address = parseQueueAddress(queue, flag);
  const build = programBuild();
  const tell = (notice: string) => {
    if (quiet !== true) process.stderr.write(`${notice}\n`);
  };
  const progress = new WorkerProgress(tell);
  const onAnswer = (designs: number) => {
    progress.add(designs);
  };
  const worker = await QueueWorker.start({ address, flag, build, threads, tell, onAnswer });
  tell(`ador ${build} works for ${address.shown} with ${threads} ${threads === 1 ? "thread" : "threads"}`);
  const [first, second] = stopSignals();
  try {
    await Promise.race([once(first, "abort"), worker.broken]);
    tell("stopping as soon as the batches in hand are answered; Ctrl-C again hands them back");
    await Promise.race([worker.finish(), once(second, "abort"), worker.broken]);
  } catch (error) {
    await worker.handBack();
    throw error;
  } finally {
    progress.end();
  }
  if (!second.aborted) return EXIT.done;
  await worker.handBack();
  process.exit(EXIT.interrupted);
}

/** Aborted by the first and by the second signal to stop. */
function stopSignals(): [AbortSignal, AbortSignal] {
  const [first, second] = [new AbortController(), new AbortController()];
  const onSignal = () => {
    (first.signal.aborted ? second : first).abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return [first.signal, second.signal];
}

/** Says from time to time what was done, when something was. */
class WorkerProgress {
  readonly #tell: Tell;
  readonly #timer: NodeJS.Timeout;
  #designs = 0;
  #told = 0;

  constructor(tell: Tell) {
    this.#tell = tell;
    this.#timer = setInterval(() => {
      this.#sayRate();
    }, PROGRESS_MILLISECONDS).unref(); // No reason to go on when the worker cannot.
  }

  add(designs: number): void {
    this.#designs += designs;
  }

  #sayRate(): void {
    const latest = this.#designs - this.#told;
    if (latest === 0) return;
    const rate = latest / (PROGRESS_MILLISECONDS / 1e3);
    this.#tell(`${formatCount(this.#designs)} designs worked out, ${rate.toFixed(1)} a second`);
    this.#told = this.#designs;
  }

  end(): void {
    clearInterval(this.#timer);
    this.#tell(`${formatCount(this.#designs)} designs worked out`);
  }
}
