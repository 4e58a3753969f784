import { scenarioSchema } from "../scenario/json-schema.ts";
import { exploreJsonSchema } from "../search/explore-schema.ts";

/** `ador schema`: of scenarios, with the section that a search reads. */
export function schemaCommand(): void {
  const scenario = scenarioSchema();
  const properties = { ...(scenario["properties"] as object), explore: exploreJsonSchema() };
  process.stdout.write(`${JSON.stringify({ ...scenario, properties }, null, 2)}\n`);
}
