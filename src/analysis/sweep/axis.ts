import { InputError } from "../../core/errors.ts";

/** What is varied, and the values that it takes, ascending. */
export interface SweepAxis {
  /** One of `NAMED_AXES`, or the dotted path of a setting. */
  readonly name: string;
  readonly values: readonly SweepValue[];
}

export interface SweepValue {
  readonly number: number;
  /** As a scenario would state it, with its unit. */
  readonly text: string;
}

/** Axes that are not settings: a share of the saturation, requests a second, a factor on prompts, on all targets. */
export const NAMED_AXES = ["load", "rate", "context", "slo"] as const;
export type NamedAxis = (typeof NAMED_AXES)[number];

/** Short names of settings that are often varied. */
const ALIASES: Readonly<Record<string, string>> = { batch: "serving.max_num_seqs" };

const DEFAULT_COUNT = 8;
const MOST_COUNT = 200;
/** Ranges wider than this are stepped through in equal ratios. */
const WIDE = 8;

/**
 * Reads `load=0.1..1.2`, `rate=1..20:5` (five values), `serving.max_num_batched_tokens=256,512,2048` or
 * `device.memory.bandwidth=1TB/s..4TB/s`.
 * @throws InputError for anything else, values that are not positive, or two units in one range
 */
export function parseSweep(text: string): SweepAxis {
  const equals = text.indexOf("=");
  const written = equals > 0 ? text.slice(0, equals).trim() : "";
  if (written === "" || written.split(".").some((part) => part === "")) throw refuse("invalid sweep", text);
  const name = ALIASES[written] ?? written;
  if (!name.includes(".") && !isNamedAxis(name)) {
    throw new InputError({
      ...{ file: "--sweep", message: "nothing of that name can be varied:", found: written },
      accepted: [...NAMED_AXES, ...Object.keys(ALIASES)],
      expected:
        "one of load, rate, context, slo, batch, or the path of a numeric setting such as serving.block_size",
    });
  }
  const values = valuesOf(text.slice(equals + 1).trim(), text);
  return { name, values: values.sort((a, b) => a.number - b.number) };
}

export function isNamedAxis(name: string): name is NamedAxis {
  return (NAMED_AXES as readonly string[]).includes(name);
}

function valuesOf(written: string, whole: string): SweepValue[] {
  const range = /^(.+?)\.\.([^:]+)(?::(\d+))?$/.exec(written);
  if (range === null) {
    const list = written.split(",").map((part) => quantity(part, whole));
    return list.map(({ number, unit }) => ({ number, text: `${number}${unit}` }));
  }
  const from = quantity(range[1]!, whole);
  const to = quantity(range[2]!, whole);
  const unit = from.unit === "" ? to.unit : from.unit;
  if (to.unit !== unit) throw refuse("two units in one range:", written);
  if (!(to.number > from.number)) throw refuse("an empty range:", written);
  const count = range[3] === undefined ? DEFAULT_COUNT : Number(range[3]);
  if (count < 2 || count > MOST_COUNT) throw refuse(`2 to ${MOST_COUNT} values make a range:`, written);
  const whole01 = isWhole(range[1]!) && isWhole(range[2]!);
  const numbers = steps(from.number, to.number, count).map((number) =>
    whole01 && to.number - from.number >= count ? Math.round(number) : Number(number.toPrecision(12)),
  );
  return [...new Set(numbers)].map((number) => ({ number, text: `${number}${unit}` }));
}

function steps(from: number, to: number, count: number): number[] {
  const ratio = to / from;
  return Array.from({ length: count }, (_, i) => {
    const share = i / (count - 1);
    return ratio > WIDE && from >= 1 ? from * ratio ** share : from + share * (to - from);
  });
}

function isWhole(text: string): boolean {
  return /^\s*\d+\s*[^.\d]*$/.test(text);
}

function quantity(text: string, whole: string): { number: number; unit: string } {
  const match = /^\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+)\s*([a-zµ%][^.,:]*)?$/i.exec(text);
  const number = match === null ? NaN : Number(match[1]);
  if (!(number > 0 && Number.isFinite(number)))
    throw refuse("not a number more than 0:", text.trim() === "" ? whole : text.trim());
  return { number, unit: match![2]?.trim() ?? "" };
}

function refuse(message: string, found: string): InputError {
  return new InputError({
    ...{ file: "--sweep", message, found },
    expected:
      "load=0.1..1.2, rate=1..20:5, batch=8,64,256, context=0.5..4, slo=0.5..2, or the path of a numeric setting",
  });
}
