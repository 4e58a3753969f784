import { InputError } from "../core/errors.ts";

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
    if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
    throw new InputError({
      key,
      message: value === undefined ? "missing key" : "invalid value",
      found: value,
      expected: "a positive integer",
    });
  }

  optionalCount(key: string): number | undefined {
    return this.has(key) ? this.count(key) : undefined;
  }

  optionalBoolean(key: string): boolean | undefined {
    const value = this.config[key];
    if (value === undefined || value === null || typeof value === "boolean") return value ?? undefined;
    throw new InputError({ key, message: "invalid value", found: value, expected: "true or false" });
  }

  /** A size cut into heads. */
  dividedBy(key: string, size: number, heads: number): number {
    if (size % heads === 0) return size / heads;
    throw new InputError({
      key,
      message: "invalid value",
      found: size,
      expected: `a multiple of the ${heads} heads`,
    });
  }
}
