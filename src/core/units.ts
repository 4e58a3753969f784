import Qty from "js-quantities";
import { InputError } from "./errors.ts";

/** A quantity that people write with a unit, and the SI base unit (or plain count) that the program keeps. */
interface Quantity {
  readonly name: string;
  /** js-quantities text of the base unit. */
  readonly base: string;
  readonly examples: string;
}

const QUANTITIES = {
  bytes: { name: "an amount of memory", base: "B", examples: '"80GiB" or "512kB"' },
  bytesPerSecond: { name: "a bandwidth", base: "B/s", examples: '"2TB/s" or "64GB/s"' },
  seconds: { name: "a time", base: "s", examples: '"25ms" or "1.5s"' },
  hertz: { name: "a frequency", base: "Hz", examples: '"1.5GHz"' },
  watts: { name: "a power", base: "W", examples: '"400W"' },
  joules: { name: "an energy", base: "J", examples: '"0.6pJ"' },
  mm2: { name: "an area", base: "mm2", examples: '"826mm2"' },
  perSecond: { name: "a rate", base: "1/s", examples: '"5.5/s"' },
} as const satisfies Record<string, Quantity>;

export type QuantityKind = keyof typeof QUANTITIES;

const STARTS_WITH_NUMBER = /^[+-]?\.?\d/;

/**
 * Reads "80GiB", "2TB/s", "25ms", "1.5GHz"… into the base unit of its kind (bytes, seconds, hertz, watts, joules, mm²).
 * @throws InputError for a missing number or unit, a unit of another kind, a negative or infinite number
 */
export function parseQuantity(kind: QuantityKind, text: string): number {
  const { name, base, examples } = QUANTITIES[kind];
  const refuse = (message: string) =>
    new InputError({ message, found: text, expected: `${name} with its unit, such as ${examples}` });
  const trimmed = text.trim();
  // js-quantities reads a bare "GiB" as one of it.
  if (!STARTS_WITH_NUMBER.test(trimmed)) throw refuse("missing number in");
  const parsed = safeParse(trimmed);
  if (parsed === null) throw refuse("invalid quantity");
  if (parsed.isUnitless()) throw refuse("missing unit in");
  if (!parsed.isCompatible(base)) throw refuse(`not ${name}:`);
  const value = parsed.to(base).scalar;
  if (!Number.isFinite(value) || value < 0) throw refuse("negative or infinite");
  return value;
}

/** Null for text without sense, which js-quantities either answers with null itself or with an exception. */
function safeParse(text: string): Qty | null {
  try {
    return Qty.parse(text);
  } catch {
    return null;
  }
}

const SI_PREFIXES: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };

/**
 * Reads "312TFLOPS" or "1.98 PFLOPS" into operations per second (a multiply-add is two).
 * @throws InputError when the text is anything else
 */
export function parseFlops(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*([kMGTP]?)(?:FLOPS|FLOP\/s|OPS)\s*$/.exec(text);
  const value = match === null ? NaN : Number(match[1]) * SI_PREFIXES[match[2]!]!;
  if (!Number.isFinite(value)) {
    throw new InputError({
      message: "invalid rate",
      found: text,
      expected: 'operations per second such as "312TFLOPS"',
    });
  }
  return value;
}

/** The kinds in the order in which a unit is looked for; a rate of events that is no frequency comes last. */
const KINDS = Object.keys(QUANTITIES) as QuantityKind[];

/**
 * A quantity of whatever kind, told by its unit, in the base unit of that kind.
 * @throws InputError for a missing number or unit, or a unit of no kind that is known
 */
export function parseAnyQuantity(text: string): { readonly kind: QuantityKind; readonly value: number } {
  for (const kind of KINDS) {
    try {
      return { kind, value: parseQuantity(kind, text) };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  throw new InputError({
    message: "invalid quantity",
    found: text,
    expected: `a number with its unit, such as ${KINDS.map((kind) => QUANTITIES[kind].examples).join(", ")}`,
  });
}

/** The quantity as text that `parseQuantity` reads back to the same number. */
export function writeQuantity(kind: QuantityKind, value: number): string {
  return `${value} ${QUANTITIES[kind].base}`;
}
