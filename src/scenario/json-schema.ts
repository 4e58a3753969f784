import * as z from "zod";
import { fileSchema } from "./schema.ts";

/** JSON Schema of a scenario file, by which editors complete and check it. */
export function scenarioSchema(): Record<string, unknown> {
  return {
    title: "ador scenario",
    description: "A workload and the systems that serve it; run it with `ador run`.",
    ...z.toJSONSchema(fileSchema, { io: "input", reused: "ref" }),
  };
}
