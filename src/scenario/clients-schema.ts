import * as z from "zod";
import type { ClientConfig } from "../serving/config.ts";
import type { DurationSpec } from "../workload/clients/durations.ts";
import { positiveQuantity, quantity } from "./quantity-schema.ts";

const sigma = z.number().gt(0).meta({ description: "Standard deviation of the natural logarithm" });

/** How long people take; one time is the same for all. */
export const durationSchema = (description: string) =>
  z
    .union([
      quantity("seconds", "The same time for all").transform((seconds): DurationSpec => ({
        kind: "fixed",
        seconds,
      })),
      z
        .discriminatedUnion("distribution", [
          z.strictObject({ distribution: z.literal("fixed"), time: quantity("seconds", "The time") }),
          z.strictObject({
            distribution: z.literal("exponential"),
            mean: positiveQuantity("seconds", "Mean time"),
          }),
          z.strictObject({
            distribution: z.literal("lognormal"),
            median: positiveQuantity("seconds", "Median time"),
            sigma,
          }),
        ])
        .transform((spec): DurationSpec => {
          switch (spec.distribution) {
            case "fixed":
              return { kind: "fixed", seconds: spec.time };
            case "exponential":
              return { kind: "exponential", meanSeconds: spec.mean };
            case "lognormal":
              return { kind: "lognormal", medianSeconds: spec.median, sigma: spec.sigma };
          }
        }),
    ])
    .meta({ description });

const cancellationSchema = z
  .strictObject({
    share: z.number().min(0).max(1).meta({ description: "Share of the requests (0..1)" }),
    after: durationSchema("Time from the arrival after which the answer is no longer wanted"),
  })
  .meta({ description: "Requests that are no longer wanted after a while" });

const retrySchema = z
  .strictObject({
    attempts: z
      .int()
      .min(2)
      .max(255)
      .meta({ description: "Times that a request is sent, the first included" }),
    backoff: quantity("seconds", "Pause before the second attempt").default(1),
    factor: z.number().min(1).default(2).meta({ description: "Each further pause is so many times as long" }),
    jitter: z.number().min(0).max(1).default(0).meta({
      description: "Share of a pause that is drawn at random, so that clients do not return together",
    }),
  })
  .meta({ description: "Requests that timed out, were turned away or lost with a replica are sent again" });

/** How clients behave who do not wait for ever. */
export const clientsSchema = z
  .strictObject({
    ttft_timeout: positiveQuantity("seconds", "A client gives up without a first token by then").optional(),
    timeout: positiveQuantity("seconds", "A client gives up without the whole answer by then").optional(),
    cancellation: cancellationSchema.optional(),
    retry: retrySchema.optional(),
  })
  .refine(
    ({ ttft_timeout: ttft, timeout: total }) => ttft === undefined || total === undefined || ttft <= total,
    { error: "ttft_timeout is longer than timeout, which always comes first", path: ["ttft_timeout"] },
  )
  .transform(({ ttft_timeout, timeout, cancellation, retry }): ClientConfig => ({
    ...(ttft_timeout !== undefined && { ttftTimeoutSeconds: ttft_timeout }),
    ...(timeout !== undefined && { totalTimeoutSeconds: timeout }),
    ...(cancellation !== undefined && { cancellation }),
    ...(retry !== undefined && {
      retry: {
        ...{ attempts: retry.attempts, backoffSeconds: retry.backoff },
        ...{ factor: retry.factor, jitter: retry.jitter },
      },
    }),
  }))
  .meta({ description: "Clients that do not wait for ever: timeouts, cancellation, retries" });
