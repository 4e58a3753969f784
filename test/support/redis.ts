import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { needs } from "./needs.ts";

const BINARY = (process.env["PATH"] ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "redis-server"))
  .find((path) => existsSync(path));

/** `test` for bodies that start a queue server. */
export const needsRedis = needs(BINARY !== undefined, "redis-server (Debian package redis-server)");

/** A Redis server on a free port of the loopback, set up as a team would; stopped when the test is over. */
export class RedisServer {
  readonly url: string;
  readonly #port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), "ador-redis-"));
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
    this.url = `redis://127.0.0.1:${port}`;
  }

  /** A server that is reserved a port but does not run yet. */
  static async reserve(): Promise<RedisServer> {
    const server = new RedisServer(await freePort());
    onTestFinished(async () => {
      await server.kill();
      rmSync(server.#folder, { recursive: true, force: true });
    });
    return server;
  }

  static async start(): Promise<RedisServer> {
    const server = await RedisServer.reserve();
    await server.start();
    return server;
  }

  /** Starts it, with what it knew before, and waits until it answers. */
  async start(): Promise<void> {
    const settings = { port: this.#port, bind: "127.0.0.1", dir: this.#folder, save: "" };
    const safe = { appendonly: "yes", "maxmemory-policy": "noeviction" };
    const args = Object.entries({ ...settings, ...safe }).flatMap(([name, value]) => [
      `--${name}`,
      String(value),
    ]);
    this.#process = spawn(BINARY!, args, { stdio: ["ignore", "pipe", "ignore"] });
    for await (const line of createInterface(this.#process.stdout!)) {
      if (line.includes("Ready to accept connections")) break;
    }
    this.#process.stdout!.resume();
  }

  /** Ends it as a failing machine would. */
  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process === undefined || process.exitCode !== null) return;
    const exited = once(process, "exit");
    process.kill("SIGKILL");
    await exited;
  }

  /** Makes it forget everything, as one without persistence does when it is restarted. */
  forget(): void {
    rmSync(join(this.#folder, "appendonlydir"), { recursive: true });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
