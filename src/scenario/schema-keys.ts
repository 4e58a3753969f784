import type { z } from "zod";
import type { Path } from "./located.ts";

type Schema = z.core.$ZodType;

/** The keys that a map at `path` may have, by the schema; every alternative of a union counts. */
export function schemaKeys(schema: Schema, path: Path): string[] {
  return schemasAt(schema, path).flatMap((found) =>
    "shape" in found.def ? Object.keys(found.def.shape) : [],
  );
}

interface Resolved {
  readonly def: {
    readonly shape?: Record<string, Schema>;
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
