import { InputError } from "../core/errors.ts";

/** Largest token count taken for real; no model's context comes near. */
export const MOST_TOKENS = 2 ** 24;

/** Most request classes: an index of 16 bits tells them apart. */
export const MOST_CLASSES = 2 ** 16;

/** @throws InputError for more classes than an index can tell apart, or two of one name */
export function requireClassNames(names: readonly string[]): void {
  if (names.length > MOST_CLASSES) {
    throw new InputError({
      message: "too many request classes:",
      found: names.length,
      expected: `at most ${MOST_CLASSES}`,
    });
  }
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new InputError({
        message: "two request classes are called",
        found: name,
        expected: "distinct names",
      });
    }
    seen.add(name);
  }
}

/** @throws InputError unless `value` is finite and greater than 0 */
export function requirePositive(key: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw refusal(key, value, "a finite number greater than 0");
}

/** @throws InputError unless `value` is finite and 0 or greater */
export function requireNotNegative(key: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) throw refusal(key, value, "a finite number, 0 or greater");
}

/** @throws InputError unless `value` is a whole number from 1 to `most` */
export function requireCount(key: string, value: number, most: number = Number.MAX_SAFE_INTEGER): void {
  if (!(Number.isInteger(value) && value >= 1 && value <= most)) {
    throw refusal(
      key,
      value,
      most === MOST_TOKENS ? `a whole number from 1 to ${most}` : "a whole number, 1 or greater",
    );
  }
}

export function refusal(key: string, found: number, expected: string): InputError {
  return new InputError({ key, message: "invalid value", found, expected });
}
