import { deserialize, serialize } from "node:v8";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Redis } from "ioredis";
import type { Assignment } from "./assignment.ts";
import { KEY_PREFIX } from "./queue-server.ts";

/** How long an assignment stays on the server after the last that was heard of its search. */
const KEPT_SECONDS = 3600;
const HEX_DIGITS = 16;

/** An assignment as it goes through the queue server: as bytes, by the name of their hash. */
export interface PackedAssignment {
  readonly id: string;
  readonly bytes: Buffer;
}

export function packAssignment(assignment: Assignment): PackedAssignment {
  const bytes = serialize(assignment);
  return { id: bytesToHex(sha256(bytes)).slice(0, HEX_DIGITS), bytes };
}

/** Leaves an assignment with the server, or keeps the one that is there from expiring. */
export async function offerAssignment(client: Redis, { id, bytes }: PackedAssignment): Promise<void> {
  if ((await client.expire(keyOf(id), KEPT_SECONDS)) === 1) return;
  await client.set(keyOf(id), bytes, "EX", KEPT_SECONDS);
}

/** Undefined for one that has expired. */
export async function fetchAssignment(client: Redis, id: string): Promise<Assignment | undefined> {
  const bytes = await client.getBuffer(keyOf(id));
  return bytes === null ? undefined : (deserialize(bytes) as Assignment);
}

function keyOf(id: string): string {
  return `${KEY_PREFIX}:assignment:${id}`;
}
