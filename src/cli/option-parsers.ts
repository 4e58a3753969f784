import { InvalidArgumentError } from "commander";

export function examples(lines: readonly (readonly [command: string, meaning: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const rows = lines.map(([command, meaning]) => `  ${command.padEnd(width)}  ${meaning}`);
  return `Examples:\n${rows.join("\n")}\n`;
}

export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new InvalidArgumentError("Expected a whole number, 0 or more.");
  return Number(text);
}

export function atLeastTwo(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 2 || !Number.isSafeInteger(Number(text)))
    throw new InvalidArgumentError("Expected a whole number, 2 or more.");
  return Number(text);
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new InvalidArgumentError("Expected a number greater than 0.");
  return value;
}
