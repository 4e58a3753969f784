import type { z } from "zod";
import type { Path } from "./located.ts";

type Schema = z.core.$ZodType;

/** One kind of map that a place may hold. */
export interface MapVariant {
  readonly keys: readonly string[];
  /** Keys that can have no other values than these, as `process: [poisson]`: what tells this variant from others. */
  readonly constants: Readonly<Record<string, readonly unknown[]>>;
}

/** The maps that may stand at `path`, by the schema: one for every alternative of a union. */
export function schemaKeys(schema: Schema, path: Path): MapVariant[] {
  return schemasAt(schema, path).flatMap(({ def: { shape, keyType } }) => {
    if (shape !== undefined) return [{ keys: Object.keys(shape), constants: constantsOf(shape) }];
    const names = keyType?._zod.values;
    return names === undefined ? [] : [{ keys: [...names].map(String), constants: {} }];
  });
}

/** The keys that `written` may have: those of the variants that its constants choose, of all where they choose none. */
export function keysFor(written: unknown, variants: readonly MapVariant[]): string[] {
  const values = new Map(Object.entries(written ?? {}));
  const chosen = variants.filter(({ constants }) =>
    Object.entries(constants).every(([key, allowed]) => allowed.includes(values.get(key))),
  );
  return [...new Set((chosen.length > 0 ? chosen : variants).flatMap(({ keys }) => keys))];
}

function constantsOf(shape: Readonly<Record<string, Schema>>): MapVariant["constants"] {
  return Object.fromEntries(
    Object.entries(shape).flatMap(([key, { _zod: zod }]) =>
      zod.def.type === "literal"
        ? [[key, (zod.def as z.core.$ZodLiteralDef<z.core.util.Literal>).values]]
        : [],
    ),
  );
}

interface Resolved {
  readonly def: {
    readonly shape?: Record<string, Schema>;
    readonly keyType?: Schema;
    readonly valueType?: Schema;
    readonly element?: Schema;
  };
}

function schemasAt(schema: Schema, path: Path): Resolved[] {
  const alternatives = unwrap(schema);
  const [part, ...rest] = path;
  if (part === undefined) return alternatives;
  return alternatives.flatMap(({ def }) => {
    const inner = def.shape?.[String(part)] ?? def.valueType ?? def.element;
    return inner === undefined ? [] : schemasAt(inner, rest);
  });
}

/** The maps, records and lists behind optional, default, nullable, transformed and alternative schemas. */
function unwrap(schema: Schema): Resolved[] {
  const def = schema._zod.def as unknown as {
    readonly type: string;
    readonly innerType?: Schema;
    readonly in?: Schema;
    readonly options?: readonly Schema[];
  };
  if (def.innerType !== undefined) return unwrap(def.innerType);
  if (def.in !== undefined) return unwrap(def.in);
  if (def.options !== undefined) return def.options.flatMap(unwrap);
  return [{ def: def as Resolved["def"] }];
}
