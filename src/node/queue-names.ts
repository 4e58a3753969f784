import type { Redis } from "ioredis";
import { KEY_PREFIX } from "./queue-server.ts";

/** Builds of the program whose searches ever used a server. */
const BUILDS_KEY = `${KEY_PREFIX}:builds`;

/** Each build has a queue of its own: others could answer with other numbers. */
export function queueName(build: string): string {
  return `evaluations-${build}`;
}

/** Makes workers of other builds notice a search that they cannot work for. */
export async function announceBuild(client: Redis, build: string): Promise<void> {
  await client.sadd(BUILDS_KEY, build);
}

/** Builds other than this for which batches wait. */
export async function buildsInNeed(client: Redis, build: string): Promise<string[]> {
  const builds = (await client.smembers(BUILDS_KEY)).filter((other) => other !== build).sort();
  const waiting = await Promise.all(
    builds.map((other) => client.llen(`${KEY_PREFIX}:${queueName(other)}:wait`)),
  );
  return builds.filter((_, i) => waiting[i]! > 0);
}

/** The name under which a worker connects: it tells how much it can do at a time. */
export function workerName(threads: number): string {
  return `threads=${threads}`;
}

/** Threads of all workers that are connected. */
export function threadsOf(workers: readonly Readonly<Record<string, string>>[]): number {
  return workers.reduce((sum, { rawname = "" }) => sum + Number(/threads=(\d+)$/.exec(rawname)?.[1] ?? 1), 0);
}
