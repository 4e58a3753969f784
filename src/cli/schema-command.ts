import { scenarioSchema } from "../scenario/json-schema.ts";
import { exploreJsonSchema } from "../search/explore-schema.ts";
import { worthJsonSchema } from "../search/worth/worth-schema.ts";

/** `ador schema`: of scenarios, with the sections that a search reads. */
export function schemaCommand(): void {
  const scenario = scenarioSchema();
  const properties = {
    ...(scenario["properties"] as object),
    explore: exploreJsonSchema(),
    worth: worthJsonSchema(),
  };
  process.stdout.write(`${JSON.stringify({ ...scenario, properties }, null, 2)}\n`);
}
