import * as z from "zod";
import { TRACE_FORMATS } from "../workload/readers/formats.ts";
import type { SyntheticSpec } from "../workload/synthetic.ts";
import type { TransformSpec } from "../workload/transforms.ts";
import { arrivalsSchema, lengthsSchema } from "./distribution-schema.ts";
import { positiveQuantity, quantity } from "./quantity-schema.ts";

const count = (description: string) => z.int().min(1).meta({ description });

const transformSchema = z
  .strictObject({
    rate_scale: z.number().gt(0).optional().meta({ description: "2 sends the same requests twice as fast" }),
    time_window: z
      .strictObject({
        start: quantity("seconds", "First arrival kept, on the trace's clock").default(0),
        end: positiveQuantity("seconds", "Arrivals from here on are left out"),
      })
      .optional()
      .meta({ description: "Only the requests that arrive within a stretch of the trace" }),
    first: count("Only the first so many requests").optional(),
    clip_lengths: z
      .strictObject({
        max_input: count("Longest prompt in tokens").optional(),
        max_output: count("Longest answer in tokens").optional(),
      })
      .optional()
      .meta({ description: "Cut longer prompts and answers" }),
    shuffle: z
      .literal(true)
      .optional()
      .meta({ description: "Give the arrivals to the requests in a random order" }),
    replicate: count("Send every request so many times, the copies shifted at random").optional(),
  })
  .refine((transform) => Object.keys(transform).length === 1, { error: "must name exactly one transform" })
  .transform((written): TransformSpec => {
    if (written.rate_scale !== undefined) return { kind: "rate-scale", factor: written.rate_scale };
    if (written.time_window !== undefined) {
      return {
        kind: "time-window",
        startSeconds: written.time_window.start,
        endSeconds: written.time_window.end,
      };
    }
    if (written.first !== undefined) return { kind: "first", requests: written.first };
    if (written.clip_lengths !== undefined) {
      const { max_input: maxInputTokens, max_output: maxOutputTokens } = written.clip_lengths;
      return {
        kind: "clip-lengths",
        ...(maxInputTokens !== undefined && { maxInputTokens }),
        ...(maxOutputTokens !== undefined && { maxOutputTokens }),
      };
    }
    return written.replicate === undefined
      ? { kind: "shuffle" }
      : { kind: "replicate", copies: written.replicate };
  });

const classSchema = z.strictObject({
  name: z.string().min(1).meta({ description: "Name of the class in results" }),
  weight: z.number().gt(0).meta({ description: "Share of the requests, relative to the other classes" }),
});

export const syntheticSchema = z
  .strictObject({
    arrivals: arrivalsSchema,
    input: lengthsSchema,
    output: lengthsSchema,
    requests: count("Ends after so many requests").optional(),
    duration: positiveQuantity("seconds", "Only requests that arrive before this time").optional(),
    classes: z.array(classSchema).min(1).optional().meta({ description: "Request classes and their shares" }),
  })
  .refine((spec) => spec.requests !== undefined || spec.duration !== undefined, {
    error: "a synthetic workload needs an end: requests, duration or both",
  })
  .transform(({ arrivals, input, output, requests, duration, classes }): SyntheticSpec => ({
    arrivals,
    input,
    output,
    ...(requests !== undefined && { requests }),
    ...(duration !== undefined && { durationSeconds: duration }),
    ...(classes !== undefined && { classes }),
  }));

const servegenSchema = z.strictObject({
  clients: z
    .array(z.string().regex(/-trace\.csv$/, "the path of a …-trace.csv; its …-dataset.json stands beside it"))
    .min(1)
    .meta({ description: "The clients' …-trace.csv files, relative to this file; each is a request class" }),
  start: quantity("seconds", "Where in the clients' time to start").default(0),
  duration: positiveQuantity(
    "seconds",
    "Ends after this time; with the longest client when absent",
  ).optional(),
  rate_factor: z.number().gt(0).default(1).meta({ description: "Multiplies every rate" }),
});

const formatNames = ["auto", ...TRACE_FORMATS.map(({ name }) => name)];

/** The sources of requests, of which a workload names one. */
const SOURCES = ["trace", "synthetic", "servegen"] as const;

/** One source of requests; what belongs to a trace is refused beside the others. */
export const workloadSchema = z
  .strictObject({
    trace: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "Request trace, relative to this file; may be gzipped" }),
    format: z
      .enum(formatNames)
      .optional()
      .meta({ description: "Format of the trace; by its content when absent" }),
    zero_output: z
      .enum(["refuse", "drop"])
      .optional()
      .meta({ description: "Rows without output tokens: refuse the trace (the default) or drop them" }),
    failed_rows: z.enum(["drop", "refuse"]).optional().meta({
      description: "Rows that the trace marks as failed: drop them (the default) or refuse the trace",
    }),
    arrivals: arrivalsSchema
      .optional()
      .meta({ description: "Arrivals for a trace that lists lengths alone" }),
    transforms: z
      .array(transformSchema)
      .optional()
      .meta({ description: "Changes to the trace, one after the other" }),
    synthetic: syntheticSchema
      .optional()
      .meta({ description: "Requests drawn from distributions, without a trace" }),
    servegen: servegenSchema
      .optional()
      .meta({ description: "Requests drawn from ServeGen's statistics of real clients" }),
  })
  .refine((workload) => SOURCES.filter((source) => workload[source] !== undefined).length === 1, {
    error: `needs one source of requests, not none or several: ${SOURCES.join(", ")}`,
    abort: true,
  })
  .refine((workload) => workload.trace !== undefined || Object.keys(workload).length === 1, {
    error: "format, zero_output, failed_rows, arrivals and transforms belong to a trace alone",
  })
  .meta({ description: "The requests: a trace, a synthetic description or ServeGen clients" });
