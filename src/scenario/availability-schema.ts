import * as z from "zod";
import type { AutoscalingConfig, FailureConfig } from "../serving/config.ts";
import { positiveQuantity, quantity } from "./quantity-schema.ts";

/** Far below an engine step: a run would do nothing but look at its replicas. */
const SHORTEST_SECONDS = 1e-3;

const period = (description: string) =>
  quantity("seconds", description).refine((seconds) => seconds >= SHORTEST_SECONDS, {
    error: "too short:",
    params: { expected: "at least 1ms" },
  });

const count = (description: string) => z.int().min(1).meta({ description });

const outageSchema = z.strictObject({
  replica: z.int().min(0).meta({ description: "Which replica, from 0 in the order of the pools" }),
  at: quantity("seconds", "When it fails, on the clock of the requests"),
  for: positiveQuantity("seconds", "How long; for good when absent").optional(),
});

/** Replicas that fail and come back. */
export const failuresSchema = z
  .strictObject({
    requests: z.enum(["requeue", "lose"]).default("requeue").meta({
      description: "Requests of a replica that fails: sent to another, where all begins again, or lost",
    }),
    outages: z.array(outageSchema).default([]).meta({ description: "Failures at known times" }),
    mean_up: period("Mean time between failures of a replica by chance").optional(),
    mean_down: period("Mean time of such a failure").optional(),
  })
  .refine(({ mean_up: up, mean_down: down }) => (up === undefined) === (down === undefined), {
    error: "mean_up and mean_down go together",
  })
  .refine(({ outages, mean_up: up }) => outages.length > 0 || up !== undefined, {
    error: "says of no failure when: needs outages, or mean_up and mean_down",
  })
  .transform(({ requests, outages, mean_up: up, mean_down: down }): FailureConfig => ({
    requests,
    outages: outages.map(({ replica, at, for: duration }) => ({
      ...{ replica, atSeconds: at, downSeconds: duration ?? Infinity },
    })),
    ...(up !== undefined && down !== undefined && { random: { meanUpSeconds: up, meanDownSeconds: down } }),
  }))
  .meta({ description: "Replicas that fail and come back" });

/** A number of replicas that follows the load. */
export const autoscalingSchema = z
  .strictObject({
    min: count("Fewest replicas"),
    max: count("Most replicas"),
    target: z.number().gt(0).meta({ description: "Open requests per replica that are aimed at" }),
    interval: period("Between two looks at the load").default(10),
    cold_start: quantity("seconds", "From the order of a replica to its first request"),
    down_after: quantity("seconds", "A replica goes when for so long fewer would have done").default(60),
  })
  .refine(({ min, max }) => min <= max, { error: "min is more than max", path: ["min"] })
  .transform(({ min, max, target, interval, cold_start, down_after }): AutoscalingConfig => ({
    ...{ minReplicas: min, maxReplicas: max, targetRequests: target, intervalSeconds: interval },
    ...{ coldStartSeconds: cold_start, downAfterSeconds: down_after },
  }))
  .meta({ description: "A number of replicas that follows the load; `replicas` is where it starts" });
