import type { z } from "zod";
import { toPlain, type Located, type LocatedMap } from "./located.ts";

type Schema = z.core.$ZodType;

/** What a parser answers where the schema itself has to be asked. */
export const UNPARSED = Symbol("unparsed");

/** Scalars that are remembered for one schema at a time; beyond them all are forgotten. */
const MOST_SCALARS = 4096;

/**
 * Parses variants of one map that have most of their parts in common: a part of the first map, or a scalar equal to one
 * that was met before, is not parsed again. Answers what the schema itself does.
 */
export class RememberingParser {
  readonly #schema: Schema;
  readonly #lasting = new Map<Located, unknown>();
  readonly #scalars = new Map<Schema, Map<unknown, unknown>>();
  readonly #objects = new Map<Schema, ObjectPlan>();

  /** @param first the map whose parts the others share */
  constructor(schema: Schema, first: Located) {
    this.#schema = schema;
    this.#noteParts(first);
  }

  /** The value that the schema makes of what was written; `UNPARSED` for what it may refuse. */
  parse(root: Located): unknown {
    return this.#parse(this.#schema, root);
  }

  #noteParts(node: Located): void {
    if (node.kind === "scalar") return;
    this.#lasting.set(node, undefined);
    const parts = node.kind === "list" ? node.items : [...node.entries.values()].map((entry) => entry.node);
    for (const part of parts) this.#noteParts(part);
  }

  #parse(schema: Schema, node: Located): unknown {
    const inner = unwrapped(schema);
    if (node.kind === "scalar") return this.#scalar(inner, node.value);
    const known = this.#lasting.get(node);
    if (known !== undefined) return known;
    const value = node.kind === "map" ? this.#map(inner, node) : asked(inner, toPlain(node));
    if (this.#lasting.has(node)) this.#lasting.set(node, value);
    return value;
  }

  #scalar(schema: Schema, written: unknown): unknown {
    const known = remembered(this.#scalars, schema, () => new Map<unknown, unknown>());
    let value = known.get(written);
    if (value === undefined) {
      value = asked(schema, written);
      if (known.size >= MOST_SCALARS) known.clear();
      known.set(written, value);
    }
    return value;
  }

  #map(schema: Schema, node: LocatedMap): unknown {
    const def = defOf(schema);
    if (def.type === "object" && isStrict(def)) return this.#object(schema, def.shape!, node);
    if (def.type === "union" && (def.checks ?? []).length === 0) {
      const [sole, ...others] = def.options!.filter(mayTakeMaps);
      if (sole !== undefined && others.length === 0) return this.#parse(sole, node);
    }
    return asked(schema, toPlain(node));
  }

  #object(schema: Schema, shape: Readonly<Record<string, Schema>>, { entries }: LocatedMap): unknown {
    const { schemas, absent } = remembered(this.#objects, schema, () => planOf(shape));
    const value: Record<string, unknown> = {};
    let found = 0;
    for (const [key, inner] of schemas) {
      const entry = entries.get(key);
      const part = entry === undefined ? absent.get(key) : this.#parse(inner, entry.node);
      if (part === UNPARSED) return UNPARSED;
      if (entry !== undefined) found++;
      if (entry !== undefined || part !== undefined) value[key] = part;
    }
    return found === entries.size ? value : UNPARSED;
  }
}

/** Of an object of fixed keys: the schema of each, and what it makes of a key that is not written. */
interface ObjectPlan {
  readonly schemas: readonly (readonly [key: string, schema: Schema])[];
  readonly absent: ReadonlyMap<string, unknown>;
}

function planOf(shape: Readonly<Record<string, Schema>>): ObjectPlan {
  const schemas = Object.entries(shape);
  return { schemas, absent: new Map(schemas.map(([key, schema]) => [key, asked(schema, undefined)])) };
}

interface SchemaDef {
  readonly type: string;
  readonly checks?: readonly unknown[];
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly catchall?: Schema;
  readonly options?: readonly Schema[];
}

function defOf(schema: Schema): SchemaDef {
  return schema._zod.def;
}

/** What a schema asks of a value that is there: defaults are for values that are not. */
function unwrapped(schema: Schema): Schema {
  const { type, innerType, checks = [] } = defOf(schema);
  const wraps = type === "optional" || type === "default" || type === "prefault";
  return wraps && checks.length === 0 ? unwrapped(innerType!) : schema;
}

/** An object of known keys alone, each judged by itself. */
function isStrict({ catchall, checks = [] }: SchemaDef): boolean {
  return checks.length === 0 && catchall !== undefined && defOf(catchall).type === "never";
}

const TYPES_OF_SCALARS = new Set(["string", "number", "boolean", "enum", "literal", "null"]);

function mayTakeMaps(schema: Schema): boolean {
  const { type, innerType, in: input } = defOf(schema);
  const inner = innerType ?? input;
  return inner === undefined ? !TYPES_OF_SCALARS.has(type) : mayTakeMaps(inner);
}

function asked(schema: Schema, written: unknown): unknown {
  const { success, data } = (schema as z.ZodType).safeParse(written);
  return success ? data : UNPARSED;
}

function remembered<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
