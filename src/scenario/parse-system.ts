import { toPlain, type LocatedMap } from "./located.ts";
import { schemaError } from "./problems.ts";
import { schemaKeys } from "./schema-keys.ts";
import { systemSchema, type SystemInput } from "./schema.ts";

/** @throws InputError with the places of all that is not as a system is written */
export function parseSystem(located: LocatedMap): SystemInput {
  const parsed = systemSchema.safeParse(toPlain(located));
  if (!parsed.success) throw schemaError(parsed.error.issues, located, (at) => schemaKeys(systemSchema, at));
  return parsed.data;
}
