import type { Redis } from "ioredis";
import { InputError, RunError } from "../core/errors.ts";

/** All keys of ours start with it. */
export const KEY_PREFIX = "ador";
const LONGEST_RETRY_MILLISECONDS = 2000;

/** Says something to whoever watches; one line. */
export type Tell = (notice: string) => void;

/** Where a queue is: `redis://[user:password@]host[:port][/database]`, or rediss for TLS. */
export interface QueueAddress {
  readonly url: string;
  /** Without the password. */
  readonly shown: string;
}

/** @throws InputError */
export function parseQueueAddress(text: string, flag: string): QueueAddress {
  const refuse = new InputError({
    file: flag,
    message: "not the address of a queue server:",
    found: text,
    expected: "redis://host:6379, with /1 for its database 1, user:password@ before the host, rediss for TLS",
  });
  if (!URL.canParse(text)) throw refuse;
  const url = new URL(text);
  if (!/^rediss?:$/.test(url.protocol) || url.hostname === "" || !/^(\/\d*)?$/.test(url.pathname))
    throw refuse;
  const shown = `${url.protocol}//${url.host}${url.pathname}`;
  return { url: text, shown };
}

/** A connection to a queue server that outlives the server's absences: what is asked meanwhile is answered later. */
export class QueueServer {
  readonly client: Redis;
  readonly #shown: string;
  readonly #tell: Tell;
  #away = false;

  private constructor(client: Redis, { shown }: QueueAddress, tell: Tell) {
    this.client = client;
    this.#shown = shown;
    this.#tell = tell;
  }

  /**
   * Connects, however long the server takes to be there.
   * @throws InputError for a host that does not exist, or a server that refuses the user or the database
   */
  static async connect(address: QueueAddress, flag: string, tell: Tell): Promise<QueueServer> {
    const { Redis: Client } = await import("ioredis"); // Only when it is needed: loading it takes a while.
    let hopeless = false;
    const client = new Client(address.url, {
      maxRetriesPerRequest: null,
      retryStrategy: (times) => (hopeless ? null : Math.min(100 * times, LONGEST_RETRY_MILLISECONDS)),
    });
    const server = new QueueServer(client, address, tell);
    await new Promise<void>((resolve, reject) => {
      client.once("ready", resolve);
      client.on("error", (error: NodeJS.ErrnoException) => {
        if (error.name === "ReplyError" || error.code === "ENOTFOUND") {
          hopeless = true;
          client.disconnect();
          reject(new InputError({ file: flag, message: `${address.shown}: ${error.message}` }));
        } else server.#isAway(error.code ?? error.message);
      });
    });
    client.on("close", () => {
      server.#isAway("connection closed");
    });
    client.on("ready", () => {
      server.#isBack();
    });
    server.#isBack();
    return server;
  }

  #isAway(reason: string): void {
    if (this.#away || this.client.status === "end") return;
    this.#away = true;
    this.#tell(`the queue server ${this.#shown} is not there (${reason}); going on when it is`);
  }

  #isBack(): void {
    if (this.#away) this.#tell(`the queue server ${this.#shown} is there`);
    this.#away = false;
  }

  /** A failure as those who run the program can act on it: the server's own words, when it refuses. */
  refusal(error: unknown): RunError {
    const reason = error instanceof Error ? error.message : String(error);
    return new RunError(`the queue server ${this.#shown} refuses: ${reason}`);
  }

  close(): void {
    this.client.disconnect();
  }
}
