import { nearestName } from "./nearest-name.ts";

/** Where and why an input was refused; every part that is known is printed. */
export interface InputProblem {
  /** One sentence without a full stop: what is wrong, in the user's words. */
  readonly message: string;
  /** File as the user named it. */
  readonly file?: string | undefined;
  /** 1-based line. */
  readonly line?: number | undefined;
  /** 1-based column. */
  readonly column?: number | undefined;
  /** Dotted path of the offending key, e.g. `serving.max_num_seqs`. */
  readonly key?: string | undefined;
  /** The value as found. */
  readonly found?: unknown;
  /** What would be accepted, as prose. */
  readonly expected?: string | undefined;
  /** The accepted names, when the value is a name: the nearest one is suggested. */
  readonly accepted?: readonly string[] | undefined;
}

/**
 * The input (a file, a flag, a scenario) is wrong; the program itself is well. The command line turns it into
 * exit code 2. Carries one problem or several, each with its place.
 */
export class InputError extends Error {
  readonly problems: readonly InputProblem[];

  constructor(problems: InputProblem | readonly InputProblem[]) {
    const list = Array.isArray(problems) ? (problems as readonly InputProblem[]) : [problems as InputProblem];
    super(list.map(formatProblem).join("\n"));
    this.name = "InputError";
    this.problems = list;
  }

  /** The same error with the file that only the caller knows; problems that name theirs keep it. */
  inFile(file: string): InputError {
    return new InputError(this.problems.map((problem) => ({ ...problem, file: problem.file ?? file })));
  }
}

/** The run itself broke a law that it must keep (conservation, causality): exit code 1. */
export class RunError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RunError";
  }
}

/** `file:line:column: key: message 42` with an indented line for what is expected. */
function formatProblem(problem: InputProblem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(":");
  const head = [place, problem.key, problem.message]
    .filter((part) => part !== undefined && part !== "")
    .join(": ");
  const found = problem.found === undefined ? "" : ` ${formatFound(problem.found)}`;
  return [head + found + suggestion(problem), ...expectation(problem)].join("\n  ");
}

function suggestion({ found, accepted }: InputProblem): string {
  if (accepted === undefined || typeof found !== "string") return "";
  const nearest = nearestName(found, accepted);
  return nearest === undefined ? "" : ` (did you mean "${nearest}"?)`;
}

function expectation({ expected, accepted }: InputProblem): string[] {
  if (expected !== undefined) return [`expected ${expected}`];
  return accepted === undefined ? [] : [`expected one of: ${accepted.join(", ")}`];
}

const LONGEST_FOUND = 80;

function formatFound(found: unknown): string {
  const text =
    typeof found === "number" || typeof found === "bigint"
      ? String(found)
      : ((JSON.stringify(found) as string | undefined) ?? String(found));
  return text.length > LONGEST_FOUND ? `${text.slice(0, LONGEST_FOUND)}…` : text;
}
