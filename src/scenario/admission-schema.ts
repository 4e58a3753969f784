import * as z from "zod";
import type { AdmissionConfig } from "../serving/config.ts";
import { positiveQuantity } from "./quantity-schema.ts";

const bucketSchema = z
  .strictObject({
    rate: positiveQuantity("perSecond", "How fast the bucket fills"),
    burst: z.number().min(1).meta({ description: "What the full bucket holds" }),
    unit: z
      .enum(["requests", "prompt-tokens"])
      .default("requests")
      .meta({ description: "What a request takes out: one, or as many as its prompt has tokens" }),
  })
  .meta({ description: "Rate limit: a request that the bucket does not hold is refused" });

/** What is turned away at the door while it could be served later. */
export const admissionSchema = z
  .strictObject({
    max_waiting: z
      .int()
      .min(1)
      .optional()
      .meta({ description: "Requests that may wait in the whole cluster; more are refused" }),
    token_bucket: bucketSchema.optional(),
  })
  .refine((written) => Object.keys(written).length > 0, {
    error: "turns nobody away: needs max_waiting, token_bucket or both",
  })
  .meta({ description: "Admission control: what is turned away although it could be served later" });

/** Settings as the simulation takes them. */
export function admissionConfig({
  max_waiting: maxWaiting,
  token_bucket: bucket,
}: z.output<typeof admissionSchema>): AdmissionConfig {
  return {
    ...(maxWaiting !== undefined && { maxWaiting }),
    ...(bucket !== undefined && {
      tokenBucket: { unit: bucket.unit, ratePerSecond: bucket.rate, burst: bucket.burst },
    }),
  };
}
