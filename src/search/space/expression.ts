import { InputError } from "../../core/errors.ts";

/** What an expression works with: a name of a category, a number, or the answer of a comparison. */
export type Value = number | string | boolean;

/** A formula over settings, such as `ceil(device.memory.bandwidth / device.clock / 2)`. */
export interface Expression {
  readonly text: string;
  /** Paths of the settings that it reads. */
  readonly reads: readonly string[];
  evaluate(valueOf: (path: string) => Value): Value;
}

type Evaluate = (valueOf: (path: string) => Value) => Value;

const FUNCTIONS: Readonly<Record<string, (...values: number[]) => number>> = {
  ...{ ceil: Math.ceil, floor: Math.floor, round: Math.round, sqrt: Math.sqrt, log2: Math.log2 },
  ...{ min: Math.min, max: Math.max },
  /** The largest power of two of at most this. */
  pow2floor: (value) => 2 ** Math.floor(Math.log2(value)),
};

/** Binary operators, loosest first; those of one level are taken from left to right. */
const LEVELS: readonly Readonly<Record<string, (a: Value, b: Value) => Value>>[] = [
  { "||": (a, b) => a === true || b === true },
  { "&&": (a, b) => a === true && b === true },
  {
    "==": (a, b) => a === b,
    "!=": (a, b) => a !== b,
    "<=": (a, b) => a <= b,
    ">=": (a, b) => a >= b,
    "<": (a, b) => a < b,
    ">": (a, b) => a > b,
  },
  { "+": (a, b) => number(a) + number(b), "-": (a, b) => number(a) - number(b) },
  { "*": (a, b) => number(a) * number(b), "/": (a, b) => number(a) / number(b) },
];

const TOKEN = /\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_][\w.]*|'[^']*'|\|\||&&|[=!<>]=|[-+*/()<>,])/y;

/**
 * Reads a formula: numbers, paths of settings, 'names', + - * /, comparisons, && and ||, brackets, and the functions ceil,
 * floor, round, sqrt, log2, min, max and pow2floor.
 * @throws InputError for anything else
 */
export function parseExpression(text: string): Expression {
  const tokens = tokensOf(text);
  const reads = new Set<string>();
  let at = 0;
  const refuse = () =>
    new InputError({
      message: tokens[at] === undefined ? `the formula ends too early:` : `cannot read "${tokens[at]}" in`,
      found: text,
      expected: "numbers, paths of settings, 'names', + - * /, comparisons, && ||, brackets and functions",
    });
  const take = (token: string) => {
    if (tokens[at] !== token) throw refuse();
    at++;
  };
  const binary = (level: number): Evaluate => {
    const operators = LEVELS[level];
    if (operators === undefined) return operand();
    let left = binary(level + 1);
    for (let apply = operators[tokens[at] ?? ""]; apply !== undefined; apply = operators[tokens[at] ?? ""]) {
      at++;
      const [first, operator, second] = [left, apply, binary(level + 1)];
      left = (valueOf) => operator(first(valueOf), second(valueOf));
    }
    return left;
  };
  const operand = (): Evaluate => {
    const token = tokens[at];
    if (token === undefined) throw refuse();
    if (token === "-") {
      at++;
      const value = operand();
      return (valueOf) => -number(value(valueOf));
    }
    if (token === "(") {
      at++;
      const inner = binary(0);
      take(")");
      return inner;
    }
    if (!/^[\w']/.test(token)) throw refuse();
    at++;
    if (/^\d/.test(token)) return () => Number(token);
    if (token.startsWith("'")) return () => token.slice(1, -1);
    if (tokens[at] === "(") return call(token);
    reads.add(token);
    return (valueOf) => valueOf(token);
  };
  const call = (name: string): Evaluate => {
    const apply = FUNCTIONS[name];
    if (apply === undefined) {
      throw new InputError({ message: "unknown function", found: name, accepted: Object.keys(FUNCTIONS) });
    }
    take("(");
    const values = [binary(0)];
    while (tokens[at] === ",") {
      at++;
      values.push(binary(0));
    }
    take(")");
    return (valueOf) => apply(...values.map((value) => number(value(valueOf))));
  };
  const evaluate = binary(0);
  if (at < tokens.length) throw refuse();
  return { text, reads: [...reads], evaluate };
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < text.trimEnd().length) {
    const from = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) {
      throw new InputError({
        message: `cannot read "${text.slice(from).trim().slice(0, 12)}" in`,
        found: text,
      });
    }
    tokens.push(match[1]!);
  }
  return tokens;
}

/** A category or a comparison in arithmetic has no value: what depends on it is no design. */
function number(value: Value): number {
  return typeof value === "number" ? value : NaN;
}
