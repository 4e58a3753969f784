import { scenarioSchema } from "../scenario/json-schema.ts";

/** `ador schema`. */
export function schemaCommand(): void {
  process.stdout.write(`${JSON.stringify(scenarioSchema(), null, 2)}\n`);
}
