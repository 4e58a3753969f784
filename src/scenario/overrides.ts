import { InputError } from "../core/errors.ts";
import { parseLocated, type Located, type LocatedEntry, type LocatedMap, type Place } from "./located.ts";
import { mayStartAfresh, mergeLocated } from "./merge.ts";
import type { Setting } from "./setting-map.ts";

/** One `path=value` from the command line, as a map that can be laid over a scenario. */
export function parseOverride(text: string): LocatedMap {
  const equals = text.indexOf("=");
  const path = equals > 0 ? text.slice(0, equals).trim() : "";
  const place: Place = { file: `--set ${path}` };
  if (path === "" || path.split(".").some((part) => part === "")) {
    throw new InputError({
      file: "--set",
      message: "invalid override",
      found: text,
      expected: "path=value, such as cluster.replicas=4",
    });
  }
  return nestUnder(path.split("."), parseLocated(text.slice(equals + 1), place.file), place);
}

/** The value of a flag such as --seed, as a map that can be laid over a scenario. */
export function flagOverride(flag: string, keys: readonly string[], value: Setting): LocatedMap {
  const place: Place = { file: flag };
  return nestUnder(keys, { kind: "scalar", place, value }, place);
}

/**
 * Settings that stand for a flag's values as maps that can be laid over a scenario one after the other: all in one, but
 * where a setting touches those before it.
 */
export function settingsOverrides(
  flag: string,
  settings: readonly (readonly [path: string, value: Setting])[],
): LocatedMap[] {
  const place: Place = { file: flag };
  const maps: GrowingMap[] = [];
  let last: GrowingMap | undefined;
  for (const [path, value] of settings) {
    const keys = path.split(".");
    const entry: LocatedEntry = { keyPlace: place, node: { kind: "scalar", place, value } };
    if (last !== undefined && !mayStartAfresh(keys.at(-1)!) && grow(last, keys, entry)) continue;
    last = emptyMap(place);
    grow(last, keys, entry);
    maps.push(last);
  }
  return maps;
}

type GrowingMap = LocatedMap & { readonly entries: Map<string, LocatedEntry> };

function emptyMap(place: Place): GrowingMap {
  return { kind: "map", place, entries: new Map<string, LocatedEntry>() };
}

/** Adds an entry at a path of a map; false, and nothing changed, where something is in its way. */
function grow(map: GrowingMap, keys: readonly string[], entry: LocatedEntry): boolean {
  let at = map;
  for (const key of keys.slice(0, -1)) {
    const inner = at.entries.get(key)?.node ?? emptyMap(map.place);
    if (inner.kind !== "map") return false;
    if (!at.entries.has(key)) at.entries.set(key, { keyPlace: map.place, node: inner });
    at = inner as GrowingMap;
  }
  const last = keys.at(-1)!;
  if (at.entries.has(last)) return false;
  at.entries.set(last, entry);
  return true;
}

/** A setting written under its whole path elsewhere in a file, as a map that can be laid over a scenario. */
export function settingOverride(path: string, { keyPlace, node }: LocatedEntry): LocatedMap {
  return nested(path.split("."), node, keyPlace);
}

/** A map that holds `value` alone, under the given keys, all of it at `place`. */
function nestUnder(keys: readonly string[], value: Located, place: Place): LocatedMap {
  return nested(keys, withPlace(value, place), place);
}

function nested(keys: readonly string[], value: Located, place: Place): LocatedMap {
  const [first, ...rest] = keys;
  const node = rest.length === 0 ? value : nested(rest, value, place);
  return {
    kind: "map",
    place,
    entries: new Map<string, LocatedEntry>([[first!, { keyPlace: place, node }]]),
  };
}

/** Lays overrides on a scenario, the last one on top. */
export function applyOverrides(root: LocatedMap, overrides: readonly LocatedMap[]): LocatedMap {
  return overrides.reduce((below, over) => mergeLocated(below, over) as LocatedMap, root);
}

/** The same value as if all of it stood at `place`: lines within a flag mean nothing to its reader. */
function withPlace(node: Located, place: Place): Located {
  switch (node.kind) {
    case "scalar":
      return { ...node, place };
    case "list":
      return { ...node, place, items: node.items.map((item) => withPlace(item, place)) };
    case "map":
      return {
        ...node,
        place,
        entries: new Map(
          [...node.entries].map(([key, entry]) => [
            key,
            { keyPlace: place, node: withPlace(entry.node, place) },
          ]),
        ),
      };
  }
}
