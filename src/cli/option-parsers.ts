import { InvalidArgumentError } from "commander";

export function examples(lines: readonly (readonly [command: string, meaning: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const rows = lines.map(([command, meaning]) => `  ${command.padEnd(width)}  ${meaning}`);
  return `Examples:\n${rows.join("\n")}\n`;
}

export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/** `a,b` and then `c` are `a`, `b` and `c`. */
export function collectListed(value: string, previous: readonly string[] = []): string[] {
  const listed = value.split(",").filter((part) => part !== "");
  if (listed.length === 0) throw new InvalidArgumentError("Expected one or several, with commas between.");
  return [...previous, ...listed];
}

function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && Number.isSafeInteger(value)) return value;
    throw new InvalidArgumentError(`Expected a whole number, ${least} or more.`);
  };
}

export const wholeNumber = wholeFrom(0);
export const positiveWhole = wholeFrom(1);
export const atLeastTwo = wholeFrom(2);

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new InvalidArgumentError("Expected a number greater than 0.");
  return value;
}

/** `95%` or `0.95`, between 0 and 1. */
export function fraction(text: string): number {
  const value = share(text);
  if (value === 1) throw new InvalidArgumentError("Expected less than all, such as 95% or 0.95.");
  return value;
}

/** `99%` or `0.99`, more than 0 and at most 1. */
export function share(text: string): number {
  const percent = text.trim().endsWith("%");
  const value = Number(percent ? text.trim().slice(0, -1) : text) / (percent ? 100 : 1);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError("Expected a share such as 95% or 0.95.");
  return value;
}
