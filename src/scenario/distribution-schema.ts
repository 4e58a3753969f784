import * as z from "zod";
import type { ArrivalSpec } from "../workload/arrivals/arrival-process.ts";
import type { LengthSpec } from "../workload/lengths/length-sampler.ts";
import { positiveQuantity, quantity } from "./quantity-schema.ts";

const rate = positiveQuantity("perSecond", "Mean arrivals per second");
const tokens = (description: string) => z.int().min(1).meta({ description });
const positive = (description: string) => z.number().gt(0).meta({ description });

/** How requests arrive; read into the plain data that the generators take. */
export const arrivalsSchema = z
  .discriminatedUnion("process", [
    z.strictObject({ process: z.literal("constant"), rate }),
    z.strictObject({ process: z.literal("poisson"), rate }),
    z.strictObject({
      process: z.literal("gamma"),
      rate,
      burstiness: positive("Shape of the gaps as in vLLM's benchmark: 1 is Poisson, less is burstier"),
    }),
    z.strictObject({
      process: z.literal("weibull"),
      rate,
      cv: positive("Standard deviation of the gaps over their mean: 1 is Poisson, more is burstier"),
    }),
    z.strictObject({
      process: z.literal("on-off"),
      on_rate: positiveQuantity("perSecond", "Arrivals per second in a burst"),
      off_rate: quantity("perSecond", "Arrivals per second between bursts"),
      mean_on: positiveQuantity("seconds", "Mean length of a burst"),
      mean_off: positiveQuantity("seconds", "Mean time between bursts"),
    }),
    z.strictObject({
      process: z.literal("diurnal"),
      rate,
      amplitude: z.number().min(0).max(1).meta({ description: "Swing as a share of the mean rate (0..1)" }),
      period: positiveQuantity("seconds", "Length of one cycle"),
      phase: quantity("seconds", "Where in the cycle the trace starts").optional(),
    }),
  ])
  .meta({ description: "Arrival process" })
  .transform((spec): ArrivalSpec => {
    switch (spec.process) {
      case "constant":
      case "poisson":
        return { kind: spec.process, ratePerSecond: spec.rate };
      case "gamma":
        return { kind: "gamma", ratePerSecond: spec.rate, burstiness: spec.burstiness };
      case "weibull":
        return { kind: "weibull", ratePerSecond: spec.rate, cv: spec.cv };
      case "on-off":
        return {
          kind: "on-off",
          onRatePerSecond: spec.on_rate,
          offRatePerSecond: spec.off_rate,
          meanOnSeconds: spec.mean_on,
          meanOffSeconds: spec.mean_off,
        };
      case "diurnal":
        return {
          kind: "diurnal",
          meanRatePerSecond: spec.rate,
          amplitude: spec.amplitude,
          periodSeconds: spec.period,
          ...(spec.phase !== undefined && { phaseSeconds: spec.phase }),
        };
    }
  });

/** How many tokens a prompt or an answer has; one number is a fixed length. */
export const lengthsSchema = z
  .union([
    tokens("The same length for all").transform((fixed): LengthSpec => ({ kind: "fixed", tokens: fixed })),
    z
      .discriminatedUnion("distribution", [
        z.strictObject({ distribution: z.literal("fixed"), tokens: tokens("The length") }),
        z.strictObject({
          distribution: z.literal("uniform"),
          min: tokens("Shortest"),
          max: tokens("Longest"),
        }),
        z.strictObject({
          distribution: z.literal("lognormal"),
          median: positive("Median in tokens"),
          sigma: positive("Standard deviation of the natural logarithm"),
          min: tokens("Draws below take this length").optional(),
          max: tokens("Draws above take this length").optional(),
        }),
        z.strictObject({
          distribution: z.literal("zipf"),
          exponent: positive("Exponent of the power law"),
          min: tokens("Shortest, the most frequent"),
          max: tokens("Longest"),
        }),
        z.strictObject({
          distribution: z.literal("empirical"),
          values: z.array(tokens("A length")).min(1),
          weights: z.array(z.number().min(0)).optional(),
        }),
      ])
      .transform(({ distribution, ...rest }): LengthSpec => ({ kind: distribution, ...rest }) as LengthSpec),
  ])
  .meta({ description: "Length distribution in tokens" });
