import * as z from "zod";
import { TRACE_FORMATS } from "../workload/readers/formats.ts";
import type { SyntheticSpec } from "../workload/synthetic.ts";
import type { TransformSpec } from "../workload/transforms.ts";
import type { ConversationSpec } from "../workload/clients/conversations.ts";
import type { TraceSessionsSpec } from "../workload/clients/trace-sessions.ts";
import { durationSchema } from "./clients-schema.ts";
import { arrivalsSchema, lengthsSchema } from "./distribution-schema.ts";
import { positiveQuantity, quantity } from "./quantity-schema.ts";

/** More than a machine has memory for: a slip of the pen. */
const MOST_REQUESTS = 100_000_000;
const MOST_USERS = 1_000_000;

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
  input: lengthsSchema.optional(),
  output: lengthsSchema.optional(),
  system_prompt: count("Tokens of a text that begins every prompt of the class, before its input").optional(),
});

/** What generated requests are like, and where they end. */
const mixShape = {
  input: lengthsSchema,
  output: lengthsSchema,
  system_prompt: count(
    "Tokens of one text that begins the prompts of all classes that have none of their own, before their input",
  ).optional(),
  requests: count("Ends after so many requests").max(MOST_REQUESTS).optional(),
  duration: positiveQuantity("seconds", "Only requests that arrive before this time").optional(),
  classes: z
    .array(
      classSchema.transform(({ system_prompt: systemPromptTokens, ...of }) => ({
        ...of,
        ...(systemPromptTokens !== undefined && { systemPromptTokens }),
      })),
    )
    .min(1)
    .optional()
    .meta({ description: "Request classes, their shares, and lengths that differ from those above" }),
};

type Mix = z.output<z.ZodObject<typeof mixShape>>;

const hasEnd = ({ requests, duration }: Pick<Mix, "requests" | "duration">): boolean =>
  requests !== undefined || duration !== undefined;

const mixSpec = ({ input, output, requests, duration, classes, system_prompt: systemPromptTokens }: Mix) => ({
  ...{ input, output },
  ...(systemPromptTokens !== undefined && { systemPromptTokens }),
  ...(requests !== undefined && { requests }),
  ...(duration !== undefined && { durationSeconds: duration }),
  ...(classes !== undefined && { classes }),
});

export const syntheticSchema = z
  .strictObject({ arrivals: arrivalsSchema, ...mixShape })
  .refine(hasEnd, { error: "a synthetic workload needs an end: requests, duration or both" })
  .transform(({ arrivals, ...mix }): SyntheticSpec => ({ arrivals, ...mixSpec(mix) }));

/** What conversations are like, whoever begins them. */
const conversationShape = {
  ...mixShape,
  think_time: durationSchema("From an answer to the next request of the same user"),
  turns: lengthsSchema.optional().meta({
    description:
      "Requests of a conversation, each with all before it in its prompt; without it each stands alone",
  }),
  max_context: count("A conversation ends before a turn whose prompt would be longer").optional(),
};

type Talk = z.output<z.ZodObject<typeof conversationShape>>;

const talkSpec = ({ think_time: thinkTime, turns, max_context: maxContextTokens, ...mix }: Talk) => ({
  ...mixSpec(mix),
  thinkTime,
  ...(turns !== undefined && { turns }),
  ...(maxContextTokens !== undefined && { maxContextTokens }),
});

const closedLoopSchema = z
  .strictObject({
    users: count("Users, each of whom has one request open or thinks").max(MOST_USERS),
    ramp_up: quantity("seconds", "The users begin evenly spread over this time").default(0),
    ...conversationShape,
  })
  .refine(hasEnd, { error: "a closed loop never ends by itself: needs requests, duration or both" })
  .transform(({ users, ramp_up: rampUpSeconds, ...talk }): ConversationSpec => ({
    population: { kind: "closed", users, rampUpSeconds },
    ...talkSpec(talk),
  }));

const conversationsSchema = z
  .strictObject({ arrivals: arrivalsSchema, ...conversationShape })
  .refine(hasEnd, { error: "conversations begin for ever: needs requests, duration or both" })
  .transform(({ arrivals, ...talk }): ConversationSpec => ({
    population: { kind: "open", arrivals },
    ...talkSpec(talk),
  }));

const sessionsSchema = z
  .strictObject({
    think_time: durationSchema("From an answer to the next turn at least").prefault("0s"),
    prompts: z.enum(["whole", "new"]).default("whole").meta({
      description: "Whether the prompts of the trace hold the conversation so far, or only what a turn adds",
    }),
  })
  .transform(({ think_time: thinkTime, prompts }): TraceSessionsSpec => ({ thinkTime, prompts }))
  .meta({
    description:
      "Replay sessions (rows of one session_id) turn by turn: none is sent before the one before it is answered",
  });

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
const SOURCES = ["trace", "synthetic", "closed_loop", "conversations", "servegen"] as const;

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
    sessions: sessionsSchema.optional(),
    synthetic: syntheticSchema
      .optional()
      .meta({ description: "Requests drawn from distributions, without a trace" }),
    closed_loop: closedLoopSchema.optional().meta({
      description: "A fixed number of users who wait for their answers and think before they go on",
    }),
    conversations: conversationsSchema
      .optional()
      .meta({ description: "Conversations that begin at a rate of their own, whoever still waits" }),
    servegen: servegenSchema
      .optional()
      .meta({ description: "Requests drawn from ServeGen's statistics of real clients" }),
  })
  .refine((workload) => SOURCES.filter((source) => workload[source] !== undefined).length === 1, {
    error: `needs one source of requests, not none or several: ${SOURCES.join(", ")}`,
    abort: true,
  })
  .refine((workload) => workload.trace !== undefined || Object.keys(workload).length === 1, {
    error: "format, zero_output, failed_rows, arrivals, transforms and sessions belong to a trace alone",
  })
  .meta({
    description: "The requests: a trace, a synthetic description, clients that wait, or ServeGen clients",
  });
