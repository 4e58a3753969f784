import type { Queue, QueueEvents } from "bullmq";
import { RunError } from "../core/errors.ts";
import { contentId } from "../search/design-id.ts";
import type { Evaluation, EvaluationJob } from "../search/evaluation/evaluator.ts";
import type { Assignment } from "./assignment.ts";
import { offerAssignment, packAssignment, type PackedAssignment } from "./assignment-exchange.ts";
import { BatchSizes } from "./batch-sizes.ts";
import { batchId, VANISHED_TOO_OFTEN, type Batch, type BatchAnswer } from "./evaluation-batch.ts";
import { poisoned } from "./poisoned.ts";
import { announceBuild, queueName, threadsOf } from "./queue-names.ts";
import { KEY_PREFIX, QueueServer, type QueueAddress, type Tell } from "./queue-server.ts";
import type { RunningEngine } from "./running-engine.ts";

/** How often the queue is looked through, for whatever events did not tell. */
const LOOK_MILLISECONDS = 2000;
/** Workers may need a moment to be back when the server is. */
const PATIENT_LOOKS = 2;
/** Answers, and batches given up, that nobody came for. */
const KEPT_UNCLAIMED = 1000;
/** Events on the server; each completed batch leaves about four. */
const KEPT_EVENTS = 2000;
/** How long a closing engine waits for a server that may be away. */
const FAREWELL_MILLISECONDS = 1000;
/** Taken for the number of threads as long as there is no worker. */
const EXPECTED_THREADS = 8;

export interface QueueEngineRequest {
  readonly address: QueueAddress;
  /** The flag that stated the address. */
  readonly flag: string;
  readonly build: string;
  readonly tell: Tell;
}

/** A batch in the queue, and who waits for its answer. */
interface Pending {
  readonly batch: Batch;
  readonly answer: Promise<readonly Evaluation[]>;
  readonly settle: (answer: BatchAnswer) => void;
  readonly fail: (error: Error) => void;
}

/** A batch that its workers did not survive. */
class VanishedWorkers extends Error {}

/**
 * Works designs out through a queue, by workers wherever they run. Answers do not depend on who gives them: batches are known by
 * their content, so that a search that was killed finds what was worked out meanwhile, and equal searches share their work.
 */
export class EvaluationQueue implements RunningEngine {
  readonly #server: QueueServer;
  readonly #queue: Queue<Batch, BatchAnswer>;
  readonly #events: QueueEvents;
  readonly #assignment: PackedAssignment;
  readonly #request: QueueEngineRequest;
  readonly #sizes = new BatchSizes();
  readonly #pending = new Map<string, Pending>();
  /** Batches that an earlier search left in the queue, by the content hash of each of their jobs. */
  readonly #left = new Map<string, Batch>();
  readonly #timer: NodeJS.Timeout;
  #threads = 0;
  /** Looks in a row that found batches and nobody to work on them. */
  #looksAlone = 0;
  #looking = false;
  #closed = false;

  private constructor(
    server: QueueServer,
    queue: Queue<Batch, BatchAnswer>,
    events: QueueEvents,
    assignment: PackedAssignment,
    request: QueueEngineRequest,
  ) {
    this.#server = server;
    this.#queue = queue;
    this.#events = events;
    this.#assignment = assignment;
    this.#request = request;
    events.on("completed", ({ jobId, returnvalue }) => {
      const answer: unknown = returnvalue; // Parsed already, whatever its type says.
      this.#pending.get(jobId)?.settle(answer as BatchAnswer);
    });
    events.on("failed", ({ jobId, failedReason }) => {
      this.#pending.get(jobId)?.fail(failureOf(failedReason));
    });
    this.#timer = setInterval(() => void this.#look(), LOOK_MILLISECONDS);
  }

  /** @throws InputError for an address where nothing can be */
  static async open(assignment: Assignment, request: QueueEngineRequest): Promise<EvaluationQueue> {
    const server = await QueueServer.connect(request.address, request.flag, request.tell);
    const { Queue: Channel, QueueEvents: Events } = await import("bullmq");
    const place = { connection: server.client, prefix: KEY_PREFIX };
    const name = queueName(request.build);
    const queue = new Channel<Batch, BatchAnswer>(name, {
      ...place,
      defaultJobOptions: {
        removeOnComplete: { count: KEPT_UNCLAIMED },
        removeOnFail: { count: KEPT_UNCLAIMED },
      },
      streams: { events: { maxLen: KEPT_EVENTS } },
    });
    queue.on("error", () => undefined); // The server tells of its absences, calls of their failures.
    const packed = packAssignment(assignment);
    try {
      await announceBuild(server.client, request.build);
      await offerAssignment(server.client, packed);
      const [latest] = await server.client.xrevrange(queue.toKey("events"), "+", "-", "COUNT", 1);
      const events = new Events(name, { ...place, lastEventId: latest?.[0] ?? "0-0" });
      events.on("error", () => undefined);
      const engine = new EvaluationQueue(server, queue, events, packed, request);
      await engine.#findLeft();
      await engine.#countThreads();
      return engine;
    } catch (error) {
      server.close();
      throw server.refusal(error);
    }
  }

  async run(
    jobs: readonly EvaluationJob[],
    onDone: (job: EvaluationJob, evaluation: Evaluation) => void,
  ): Promise<void> {
    const wanted = new Map(jobs.map((job) => [contentId(job), job]));
    const left = new Set(jobs.flatMap((job) => this.#left.get(contentId(job)) ?? []));
    const done = (job: EvaluationJob, evaluation: Evaluation) => {
      const key = contentId(job);
      if (wanted.delete(key)) onDone(job, evaluation);
    };
    const covered = new Set([...left].flatMap((batch) => batch.jobs.map(contentId)));
    const others = jobs.filter((job) => !covered.has(contentId(job)));
    const fresh = this.#sizes.divide(others, this.#threads || EXPECTED_THREADS);
    await Promise.all(
      [...fresh, ...[...left].map((batch) => batch.jobs)].map(async (batch) => {
        const evaluations = await this.#evaluate(batch);
        batch.forEach((job, i) => {
          done(job, evaluations[i]!);
        });
      }),
    );
  }

  /** Answers in the order of the jobs. Of a batch that workers do not survive, each design is tried by itself. */
  async #evaluate(jobs: readonly EvaluationJob[]): Promise<readonly Evaluation[]> {
    try {
      return await this.#answerTo({ study: this.#assignment.id, jobs });
    } catch (error) {
      if (!(error instanceof VanishedWorkers)) throw error;
      if (jobs.length === 1) return [poisoned("workers that work it out vanish again and again")];
      const apart = await Promise.all(jobs.map((job) => this.#evaluate([job])));
      return apart.flat();
    }
  }

  #answerTo(batch: Batch): Promise<readonly Evaluation[]> {
    const id = batchId(batch);
    const known = this.#pending.get(id);
    if (known !== undefined) return known.answer;
    let settle!: Pending["settle"];
    let fail!: Pending["fail"];
    const answer = new Promise<readonly Evaluation[]>((resolve, reject) => {
      const over = () => {
        this.#pending.delete(id);
        this.#queue.remove(id).catch(() => undefined); // Else it goes as the oldest of those that nobody came for.
      };
      settle = ({ evaluations, seconds }) => {
        over();
        this.#sizes.learn(batch.jobs, seconds);
        resolve(evaluations);
      };
      fail = (error) => {
        over();
        reject(error);
      };
    });
    const pending = { batch, answer, settle, fail };
    this.#pending.set(id, pending);
    void this.#enqueue(id, pending);
    return answer;
  }

  async #enqueue(id: string, { batch, fail }: Pending): Promise<void> {
    try {
      await this.#queue.add(batch.jobs[0]!.fidelity, batch, { jobId: id });
    } catch (error) {
      fail(this.#server.refusal(error));
    }
  }

  /** Notes the batches of this study that are in the queue, and forgets those that were given up. */
  async #findLeft(): Promise<void> {
    const own = async (...states: ("wait" | "active" | "completed" | "failed")[]) => {
      const ids = await this.#queue.getRanges(states);
      return ids.filter((id) => id.startsWith(this.#assignment.id));
    };
    for (const id of await own("failed")) await this.#queue.remove(id);
    for (const id of await own("wait", "active", "completed")) {
      const job = await this.#queue.getJob(id);
      for (const one of job?.data.jobs ?? []) this.#left.set(contentId(one), job!.data);
    }
  }

  /** Learns what no event told: because the server was away, or lost what it had. */
  async #look(): Promise<void> {
    if (this.#looking || this.#closed) return;
    this.#looking = true;
    try {
      await this.#countThreads();
      this.#sayWhenAlone();
      await offerAssignment(this.#server.client, this.#assignment);
      for (const [id, pending] of [...this.#pending]) await this.#lookAt(id, pending);
    } catch (error) {
      for (const { fail } of this.#pending.values()) fail(this.#server.refusal(error));
    } finally {
      this.#looking = false;
    }
  }

  async #lookAt(id: string, pending: Pending): Promise<void> {
    const job = await this.#queue.getJob(id);
    if (!this.#pending.has(id)) return; // An event was faster.
    if (job === undefined) await this.#enqueue(id, pending);
    else if (job.finishedOn !== undefined) {
      if (job.failedReason) pending.fail(failureOf(job.failedReason));
      else pending.settle(job.returnvalue);
    }
  }

  async #countThreads(): Promise<void> {
    this.#threads = threadsOf(await this.#queue.getWorkers());
  }

  #sayWhenAlone(): void {
    const alone = this.#threads === 0 && this.#pending.size > 0;
    this.#looksAlone = alone ? this.#looksAlone + 1 : 0;
    if (this.#looksAlone !== PATIENT_LOOKS) return;
    const { address, build, tell } = this.#request;
    tell(`no worker of ador ${build} is there; start some, anywhere: ador worker ${address.shown}`);
  }

  /** Takes back what nobody waits for any more, an earlier search's batches included. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    const left = new Set([...this.#pending.keys(), ...[...this.#left.values()].map(batchId)]);
    const farewell = Promise.all([...left].map((id) => this.#queue.remove(id)));
    await Promise.race([farewell.catch(() => undefined), pause(FAREWELL_MILLISECONDS)]);
    await Promise.race([this.#events.close(), pause(FAREWELL_MILLISECONDS)]);
    this.#server.close();
  }
}

function failureOf(reason: string): Error {
  return reason === VANISHED_TOO_OFTEN ? new VanishedWorkers() : new RunError(`a worker failed: ${reason}`);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
