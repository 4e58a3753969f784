import type { Job, Worker } from "bullmq";
import { RunError } from "../core/errors.ts";
import { fetchAssignment } from "./assignment-exchange.ts";
import type { Assignment } from "./assignment.ts";
import type { Batch, BatchAnswer } from "./evaluation-batch.ts";
import { buildsInNeed, queueName, workerName } from "./queue-names.ts";
import { KEY_PREFIX, QueueServer, type QueueAddress, type Tell } from "./queue-server.ts";
import { StudyPools } from "./study-pools.ts";

/** A worker that is heard of no more loses its batches after this, and another takes them with the next look at such. */
const LOCK_MILLISECONDS = 3000;
const LOST_LOOK_MILLISECONDS = 1500;
/** How often a batch may lose its worker before it is taken for the reason. */
const MOST_LOSSES = 2;
const RETRY_MILLISECONDS = 1000;
const HAND_BACK_MILLISECONDS = 3000;
const OTHER_BUILDS_LOOK_MILLISECONDS = 3000;
/** A search that is alive leaves its assignment again within this, should the server have lost it. */
const ASSIGNMENT_TRIES = 10;
const ASSIGNMENT_RETRY_MILLISECONDS = 1000;

export interface QueueWorkerRequest {
  readonly address: QueueAddress;
  /** What stated the address. */
  readonly flag: string;
  readonly build: string;
  readonly threads: number;
  readonly tell: Tell;
  /** Told of each batch that was answered. */
  onAnswer(designs: number): void;
}

/** Why a batch goes back to the queue. */
class HandedBack extends Error {}

/** Works out batches from a queue in threads of its own, so that the locks on its batches are renewed meanwhile. */
export class QueueWorker {
  /** Rejects when this machine turns out not to be able to work. */
  readonly broken: Promise<never>;
  readonly #server: QueueServer;
  readonly #worker: Worker<Batch, BatchAnswer>;
  readonly #pools: StudyPools;
  readonly #request: QueueWorkerRequest;
  readonly #handedBack: Promise<never>;
  readonly #timer: NodeJS.Timeout;
  readonly #told = new Set<string>();
  #break!: (error: unknown) => void;
  #handBack!: () => void;

  /** @throws InputError for an address where nothing can be */
  static async start(request: QueueWorkerRequest): Promise<QueueWorker> {
    const server = await QueueServer.connect(request.address, request.flag, request.tell);
    const { Worker: Consumer, WaitingError } = await import("bullmq");
    return new QueueWorker(request, server, Consumer, WaitingError);
  }

  private constructor(
    request: QueueWorkerRequest,
    server: QueueServer,
    Consumer: typeof Worker,
    WaitingError: new () => Error,
  ) {
    this.#request = request;
    this.#server = server;
    this.#pools = new StudyPools(request.threads, (study) => this.#assignment(study));
    this.broken = new Promise((_, reject) => (this.#break = reject));
    this.#handedBack = new Promise((_, reject) => {
      this.#handBack = () => {
        reject(new HandedBack());
      };
    });
    this.#handedBack.catch(() => undefined);
    const process = async (job: Job<Batch, BatchAnswer>, token?: string): Promise<BatchAnswer> => {
      try {
        return await Promise.race([this.#answer(job.data), this.#handedBack]);
      } catch (error) {
        if (error instanceof AssignmentGone) throw error;
        await job.moveToWait(token);
        if (!(error instanceof HandedBack)) this.#break(error);
        throw new WaitingError();
      }
    };
    this.#worker = new Consumer<Batch, BatchAnswer>(queueName(request.build), process, {
      ...{ connection: server.client, prefix: KEY_PREFIX },
      name: workerName(request.threads),
      concurrency: request.threads,
      lockDuration: LOCK_MILLISECONDS,
      stalledInterval: LOST_LOOK_MILLISECONDS,
      maxStalledCount: MOST_LOSSES,
      runRetryDelay: RETRY_MILLISECONDS,
    });
    this.#worker.on("error", (error) => {
      this.#tellOfError(error);
    });
    this.#timer = setInterval(() => void this.#lookForOtherBuilds(), OTHER_BUILDS_LOOK_MILLISECONDS);
  }

  async #answer({ study, jobs }: Batch): Promise<BatchAnswer> {
    return this.#pools.use(study, async (pool) => {
      const started = performance.now();
      const evaluations = await pool.evaluate(jobs);
      this.#request.onAnswer(jobs.length);
      return { evaluations, seconds: (performance.now() - started) / 1e3 };
    });
  }

  async #assignment(study: string): Promise<Assignment> {
    for (let i = 0; i < ASSIGNMENT_TRIES; i++) {
      const assignment = await fetchAssignment(this.#server.client, study);
      if (assignment !== undefined) return assignment;
      await new Promise((resolve) => setTimeout(resolve, ASSIGNMENT_RETRY_MILLISECONDS));
    }
    throw new AssignmentGone();
  }

  async #lookForOtherBuilds(): Promise<void> {
    try {
      for (const build of await buildsInNeed(this.#server.client, this.#request.build)) {
        this.#tellOnce(
          `a search of ador ${build} waits for workers; this is ${this.#request.build}, whose numbers may differ: ` +
            `it needs workers of the same program`,
        );
      }
    } catch (error) {
      this.#tellOfError(error);
    }
  }

  /** Absences of the server are told already; a batch that another worker took meanwhile is answered by that one. */
  #tellOfError(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (/ECONN|EPIPE|connection is closed|\block\b|missing key/i.test(message)) return;
    this.#tellOnce(this.#server.refusal(error).message);
  }

  #tellOnce(notice: string): void {
    if (this.#told.has(notice)) return;
    this.#told.add(notice);
    this.#request.tell(notice);
  }

  /** Answers the batches in hand and takes no others. */
  async finish(): Promise<void> {
    clearInterval(this.#timer);
    await this.#worker.close();
    await this.#pools.close();
    this.#server.close();
  }

  /** Gives the batches in hand back to the queue. With the server away this is left to their locks, which expire. */
  async handBack(): Promise<void> {
    this.#handBack();
    await Promise.race([
      this.finish(),
      new Promise((resolve) => setTimeout(resolve, HAND_BACK_MILLISECONDS)),
    ]);
    this.#server.close();
  }
}

class AssignmentGone extends RunError {
  constructor() {
    super("the search that asked for this is gone");
  }
}
