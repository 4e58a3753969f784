import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";
import { InputError } from "../core/errors.ts";

/** Where a key or value was written; line and column (1-based) are absent for command-line flags. */
export interface Place {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

export interface LocatedScalar {
  readonly kind: "scalar";
  readonly place: Place;
  readonly value: string | number | boolean | null;
}

export interface LocatedList {
  readonly kind: "list";
  readonly place: Place;
  readonly items: readonly Located[];
}

export interface LocatedEntry {
  readonly keyPlace: Place;
  readonly node: Located;
}

export interface LocatedMap {
  readonly kind: "map";
  readonly place: Place;
  readonly entries: ReadonlyMap<string, LocatedEntry>;
}

/** A YAML value in which every part still knows the file, line and column that it came from. */
export type Located = LocatedScalar | LocatedList | LocatedMap;

/**
 * Reads one YAML (or JSON) document.
 * @throws InputError with the line and column of every syntax error
 */
export function parseLocated(text: string, file: string): Located {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, version: "1.2" });
  const placeAt = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line, column: col };
  };
  if (document.errors.length > 0) {
    throw new InputError(
      document.errors.map((error) => ({
        ...placeAt(error.pos[0]),
        message: `invalid YAML: ${firstLine(error.message)}`,
      })),
    );
  }
  return document.contents === null
    ? { kind: "map", place: { file, line: 1, column: 1 }, entries: new Map() }
    : locate(document.contents, document, placeAt, 0);
}

/** Deeper than any scenario; reached only by an alias that contains itself. */
const DEEPEST = 64;

function locate(node: Node, document: Document, placeAt: (offset: number) => Place, depth: number): Located {
  const place = placeAt(node.range?.[0] ?? 0);
  if (depth > DEEPEST) throw new InputError({ ...place, message: "invalid YAML: nested too deeply" });
  if (isAlias(node)) {
    const target = node.resolve(document);
    if (target === undefined)
      throw new InputError({ ...place, message: "invalid YAML: unknown alias", found: node.source });
    return locate(target, document, placeAt, depth + 1);
  }
  if (isMap(node)) {
    const entries = new Map<string, LocatedEntry>();
    for (const { key, value } of node.items) {
      const keyNode = key as Node;
      const keyPlace = placeAt(keyNode.range?.[0] ?? 0);
      if (!isScalar(keyNode))
        throw new InputError({ ...keyPlace, message: "invalid key", expected: "a name" });
      const located: Located =
        value === null
          ? { kind: "scalar", place: keyPlace, value: null }
          : locate(value as Node, document, placeAt, depth + 1);
      entries.set(String(keyNode.value), { keyPlace, node: located });
    }
    return { kind: "map", place, entries };
  }
  if (isSeq(node)) {
    return {
      kind: "list",
      place,
      items: node.items.map((item) => locate(item as Node, document, placeAt, depth + 1)),
    };
  }
  const value = isScalar(node) ? node.value : null;
  if (isPlainScalar(value)) return { kind: "scalar", place, value };
  throw new InputError({ ...place, message: "invalid YAML: a value of an unknown type" });
}

function isPlainScalar(value: unknown): value is LocatedScalar["value"] {
  return (
    value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean"
  );
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!;
}

/** The value without its places, as JSON would hold it. */
export function toPlain(node: Located): unknown {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "list":
      return node.items.map(toPlain);
    case "map":
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toPlain(entry.node)]));
  }
}

export type Path = readonly (string | number)[];

/** The value at a path, or undefined. */
export function locatedAt(root: Located, path: Path): Located | undefined {
  let node: Located | undefined = root;
  for (const part of path) {
    if (node?.kind === "map") node = node.entries.get(String(part))?.node;
    else if (node?.kind === "list") node = node.items[Number(part)];
    else return undefined;
  }
  return node;
}

/** The place of the value at a path, or of the nearest ancestor that was written down. */
export function placeOf(root: Located, path: Path): Place {
  for (let depth = path.length; depth > 0; depth--) {
    const node = locatedAt(root, path.slice(0, depth));
    if (node !== undefined) return node.place;
  }
  return root.place;
}

/** The place of a key itself (not of its value), for a key that should not be there. */
export function keyPlaceOf(root: Located, path: Path): Place {
  const parent = locatedAt(root, path.slice(0, -1));
  const entry = parent?.kind === "map" ? parent.entries.get(String(path[path.length - 1])) : undefined;
  return entry?.keyPlace ?? placeOf(root, path);
}

/** `serving.max_num_seqs`, `workload.transforms[0].first`. */
export function formatPath(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`),
    "",
  );
}
