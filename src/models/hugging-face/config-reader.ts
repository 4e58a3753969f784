import { InputError } from "../../core/errors.ts";

export type Config = Readonly<Record<string, unknown>>;

/** Reads values of a config by key, naming the key when one is missing or not what it should be. */
export class ConfigReader {
  readonly config: Config;

  constructor(config: Config) {
    this.config = config;
  }

  has(key: string): boolean {
    return this.config[key] !== undefined && this.config[key] !== null;
  }

  count(key: string): number {
    const value = this.config[key];
    if (isCount(value)) return value;
    throw this.#invalid(key, "a positive integer");
  }

  optionalCount(key: string): number | undefined {
    return this.has(key) ? this.count(key) : undefined;
  }

  /** A number that may be 0, which also stands for a key that is missing. */
  countOrZero(key: string): number {
    return this.config[key] === 0 ? 0 : (this.optionalCount(key) ?? 0);
  }

  optionalBoolean(key: string): boolean | undefined {
    if (!this.has(key)) return undefined;
    const value = this.config[key];
    if (typeof value === "boolean") return value;
    throw this.#invalid(key, "true or false");
  }

  /** A list with elements as `accepts` says; undefined when the key is missing. */
  optionalList<T>(key: string, accepts: (item: unknown) => item is T, expected: string): T[] | undefined {
    if (!this.has(key)) return undefined;
    const value = this.config[key];
    if (!Array.isArray(value)) throw this.#invalid(key, expected);
    const items: unknown[] = value;
    const wrong = items.find((item) => !accepts(item));
    if (wrong !== undefined) {
      throw new InputError({ key, message: "invalid value", found: wrong, expected });
    }
    return items.filter(accepts);
  }

  /** A size cut into heads. */
  dividedBy(key: string, size: number, heads: number): number {
    if (size % heads === 0) return size / heads;
    throw this.#invalid(key, `a multiple of the ${heads} heads`);
  }

  #invalid(key: string, expected: string): InputError {
    const found = this.config[key];
    return new InputError({
      key,
      message: found === undefined ? "missing key" : "invalid value",
      found,
      expected,
    });
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}
