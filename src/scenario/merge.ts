import type { Located, LocatedEntry, LocatedMap } from "./located.ts";

/** Keys that may be written as one word, and the map that the word stands for. */
const SHORTHANDS: Readonly<Record<string, readonly string[]>> = {
  device: ["base"],
  precision: ["weights", "experts", "kv", "activations"],
};

/**
 * `over` laid on `base`: maps are merged key by key, everything else is replaced. A device or precision written as one
 * word can be refined by a map (`device: ador-recalled` by `device: { cores: 16 }`); a map that names a base device, or
 * requests of the other kind, replaces what was there.
 */
export function mergeLocated(base: Located, over: Located, key = ""): Located {
  if (over.kind !== "map") return over;
  if (startsAfresh(key, base, over)) return over;
  const below = expandShorthand(base, key);
  if (below.kind !== "map") return over;
  const entries = new Map<string, LocatedEntry>(below.entries);
  for (const [name, entry] of over.entries) {
    const existing = entries.get(name);
    const node = existing === undefined ? entry.node : mergeLocated(existing.node, entry.node, name);
    entries.set(name, { keyPlace: entry.keyPlace, node });
  }
  // A flag changes single keys; errors about the whole still belong to the file.
  return { kind: "map", place: over.place.line === undefined ? below.place : over.place, entries };
}

/** The sources of requests: a workload that names another kind starts afresh. */
const SOURCES = ["trace", "synthetic", "closed_loop", "conversations", "servegen"] as const;

/** Keys of which one tells alternatives apart: naming it anew leaves nothing of the former alternative. */
const TELLS_APART: Readonly<Record<string, string>> = {
  device: "base",
  arrivals: "process",
  input: "distribution",
  output: "distribution",
  turns: "distribution",
  think_time: "distribution",
};

const TELLERS: ReadonlySet<string> = new Set([...SOURCES, ...Object.values(TELLS_APART)]);

/** Whether laying down a value under this key may take away others beside it. */
export function mayStartAfresh(name: string): boolean {
  return TELLERS.has(name);
}

function startsAfresh(key: string, base: Located, over: LocatedMap): boolean {
  const has = (node: Located, name: string): boolean => node.kind === "map" && node.entries.has(name);
  if (key === "workload") {
    return SOURCES.some(
      (source) => has(over, source) && SOURCES.some((other) => other !== source && has(base, other)),
    );
  }
  const teller = TELLS_APART[key];
  return teller !== undefined && has(over, teller);
}

function expandShorthand(node: Located, key: string): Located {
  const names = SHORTHANDS[key];
  if (names === undefined || node.kind !== "scalar") return node;
  return {
    kind: "map",
    place: node.place,
    entries: new Map(names.map((name) => [name, { keyPlace: node.place, node }])),
  };
}

/** The map without some of its keys. */
export function withoutKeys(node: LocatedMap, names: readonly string[]): LocatedMap {
  return { ...node, entries: new Map([...node.entries].filter(([name]) => !names.includes(name))) };
}
