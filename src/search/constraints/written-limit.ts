import { InputError } from "../../core/errors.ts";
import { parseQuantity, type QuantityKind } from "../../core/units.ts";
import { limitUnit, type Constraint, type LimitName } from "./limits.ts";

/** How limits are written that are not plain numbers. */
const WRITTEN: Partial<Record<LimitName, { readonly kind: QuantityKind; readonly base: string }>> = {
  area: { kind: "mm2", base: "mm2" },
  peak_power: { kind: "watts", base: "W" },
  memory_bandwidth: { kind: "bytesPerSecond", base: "B/s" },
  memory_capacity: { kind: "bytes", base: "B" },
  p2p_bandwidth: { kind: "bytesPerSecond", base: "B/s" },
  system_area: { kind: "mm2", base: "mm2" },
  system_peak_power: { kind: "watts", base: "W" },
};

/**
 * Reads a limit: a quantity with its unit, or a plain number in that of `LIMITED`.
 * @throws InputError for another kind of quantity, and for what is not above 0
 */
export function readLimit(name: LimitName, amount: number | string): number {
  const unit = limitUnit(name);
  const kind = WRITTEN[name]?.kind;
  const expected = `one above 0 in ${unit}`;
  const refuse = () => new InputError({ message: "not a limit:", found: amount, expected });
  if (typeof amount === "string" && (kind === undefined || !/^[-+.\d]/.test(amount.trim()))) throw refuse();
  const value = typeof amount === "number" ? amount : parseQuantity(kind!, amount);
  if (!(value > 0)) throw refuse();
  return value;
}

const DIGITS = 4;

/** The limit as a file states it that a value just keeps, on the side on which the constraint is broken by it. */
export function writtenLimit({ name, atMost }: Constraint, value: number): string {
  const unit = 10 ** (Math.floor(Math.log10(value)) + 1 - DIGITS);
  const above = atMost !== undefined && value > atMost;
  const rounded = Number(((above ? Math.ceil : Math.floor)(value / unit) * unit).toPrecision(DIGITS));
  return `${name} ${above ? "of at most" : "of at least"} ${rounded}${WRITTEN[name]?.base ?? ""}`;
}
