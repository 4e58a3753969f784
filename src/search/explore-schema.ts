import * as z from "zod";
import { RESULT_NAMES } from "./evaluation/results.ts";
import { LIMIT_NAMES } from "./constraints/limits.ts";
import { COMBINATIONS } from "./objectives.ts";
import { STRATEGIES } from "./strategies/registry.ts";
import { worthSchema } from "./worth/worth-schema.ts";

/** A plain number, or a quantity with its unit such as 512KiB. */
const amount = z.union([z.number(), z.string()]);
const when = z.string().optional().meta({ description: "Formula under which the setting matters" });

const axisSchema = z.union([
  z.array(z.union([amount, z.boolean()])).min(1),
  z.strictObject({ values: z.array(z.union([amount, z.boolean()])).min(1), when }),
  z.strictObject({ tie: z.string().meta({ description: "Formula that the setting follows" }), when }),
  z.strictObject({
    from: amount,
    to: amount,
    step: amount.optional().meta({ description: "Equal steps" }),
    points: z.int().min(2).optional().meta({ description: "So many values, ends included" }),
    scale: z.enum(["linear", "log"]).default("linear"),
    when,
  }),
]);
export type AxisInput = z.output<typeof axisSchema>;

const bound = z.union([amount, z.strictObject({ at_most: amount.optional(), at_least: amount.optional() })]);
export type BoundInput = z.output<typeof bound>;

const objectiveShape = {
  weight: z.number().gt(0).default(1).meta({ description: "Exponent in a weighted product" }),
};
const resultName = z.enum(RESULT_NAMES as [(typeof RESULT_NAMES)[number], ...typeof RESULT_NAMES]);

const objectiveSchema = z.union([
  z.strictObject({ maximise: resultName, ...objectiveShape }),
  z.strictObject({ minimise: resultName, ...objectiveShape }),
]);

const evaluations = (description: string) => z.int().min(1).meta({ description });

const studySchema = z.strictObject({
  name: z.string().min(1),
  set: z
    .record(z.string().regex(/^[^.]+(\.[^.]+)*$/, "must be a setting such as slo.max_tbt"), z.unknown())
    .default({})
    .meta({ description: "Settings of the scenario that differ, by their paths" }),
});

/** The section of a scenario that says what to search, within what, and for what. */
const exploreSchema = z.strictObject({
  space: z
    .record(z.string(), axisSchema)
    .refine((axes) => Object.keys(axes).length > 0, "needs a setting that varies")
    .meta({ description: "Settings that vary: a list of values, from/to with step or points, or a tie" }),
  constraints: z
    .partialRecord(z.enum(LIMIT_NAMES), bound)
    .default({})
    .meta({ description: "Hard limits of each device; system_* and devices of all together" }),
  objectives: z
    .array(objectiveSchema)
    .min(1)
    .default([
      { maximise: "goodput_at_slo_rps", weight: 1 },
      { minimise: "area_mm2", weight: 1 },
      { minimise: "peak_w", weight: 1 },
    ]),
  combine: z.enum(COMBINATIONS).default("pareto"),
  strategy: z.enum(STRATEGIES).default("propose"),
  estimates: evaluations("Designs that are estimated at most").default(1000),
  slices: evaluations("Of these, how many are replayed under the first requests").default(64),
  refinements: z
    .int()
    .min(0)
    .default(0)
    .meta({ description: "Designs next to the best of those that are replayed so as well" }),
  replays: evaluations("Of those, how many are replayed under all requests").default(12),
  slice_requests: evaluations("Requests of a slice").default(2000),
  studies: z.array(studySchema).min(2).optional().meta({
    description: "What ador proportions searches one after the other; ador explore leaves them alone",
  }),
  compare_with: z
    .array(z.string())
    .default(["a100-80gb", "h100", "llmcompass-latency", "llmcompass-throughput", "ador-recalled"])
    .meta({ description: "Devices by name that serve the same requests for comparison" }),
});

/** JSON Schema of the section, by which editors complete and check it. */
export function exploreJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(exploreSchema, { io: "input" });
}

/** A file with such a section; what else stands in it is a scenario's. */
export const explorationSchema = z.looseObject({ explore: exploreSchema, worth: worthSchema.optional() });
export type ExploreInput = z.output<typeof exploreSchema>;
