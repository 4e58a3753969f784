import * as z from "zod";
import { InputError } from "../core/errors.ts";
import { parseFlops, parseQuantity, type QuantityKind } from "../core/units.ts";

const EXAMPLES = {
  bytes: "80GiB",
  bytesPerSecond: "2TB/s",
  seconds: "25ms",
  hertz: "1.5GHz",
  watts: "400W",
  joules: "0.6pJ",
  mm2: "826mm2",
  perSecond: "5.5/s",
} as const satisfies Record<QuantityKind, string>;

/** A quantity written with its unit ("25ms"), read into its SI base unit. */
export function quantity(kind: QuantityKind, description: string) {
  return unitText((text) => parseQuantity(kind, text), EXAMPLES[kind], description);
}

/** A quantity of which zero makes no sense. */
export function positiveQuantity(kind: QuantityKind, description: string) {
  return quantity(kind, description).refine((value) => value > 0, { error: "must be greater than zero" });
}

/** Operations per second ("312TFLOPS"), a multiply-add being two. */
export function flopsPerSecond(description: string) {
  return unitText(parseFlops, "312TFLOPS", description);
}

function unitText(parse: (text: string) => number, example: string, description: string) {
  return z
    .string({ error: `a value with its unit, such as "${example}"` })
    .meta({ description, examples: [example] })
    .transform((text, context) => {
      try {
        return parse(text);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        const { message, expected } = error.problems[0]!;
        context.addIssue({ code: "custom", message, params: { expected } });
        return z.NEVER;
      }
    });
}
