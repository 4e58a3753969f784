import type { z } from "zod";
import { InputError, type InputProblem } from "../core/errors.ts";
import { formatPath, keyPlaceOf, locatedAt, placeOf, toPlain, type Located, type Path } from "./located.ts";
import { keysFor, type MapVariant } from "./schema-keys.ts";

type Issue = z.core.$ZodIssue;

/** What the schema refused, each with its place in the file. `keysAt` names the maps that may stand at a place. */
export function schemaError(
  issues: readonly Issue[],
  root: Located,
  keysAt: (path: Path) => readonly MapVariant[],
): InputError {
  const misnamed = new Set(
    issues.filter((issue) => issue.code === "unrecognized_keys").map(({ path }) => formatPath(path as Path)),
  );
  // Where a key is misspelt, what is missing because of it needs no second complaint.
  const telling = issues.filter(
    (issue) => issue.code !== "custom" || !misnamed.has(formatPath(issue.path as Path)),
  );
  return new InputError(telling.flatMap((issue) => problemsOf(issue, root, keysAt)));
}

/** A refusal of the value at `path` by a check that the schema cannot make. */
export function problemAt(
  root: Located,
  path: Path,
  problem: Partial<InputProblem> & { message: string },
): InputProblem {
  return { ...placeOf(root, path), key: formatPath(path), ...problem };
}

function problemsOf(
  issue: Issue,
  root: Located,
  keysAt: (path: Path) => readonly MapVariant[],
): InputProblem[] {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    const map = locatedAt(root, path);
    const keys = keysFor(map && toPlain(map), keysAt(path));
    return issue.keys.map((key) => ({
      ...keyPlaceOf(root, [...path, key]),
      key: formatPath([...path, key]),
      message: "unknown key",
      found: key,
      // A key of another alternative: its own name would be no help.
      accepted: keys.filter((name) => name !== key),
    }));
  }
  const node = locatedAt(root, path);
  const found = node === undefined ? undefined : toPlain(node);
  const names = discriminatorNames(issue);
  if (names !== undefined) {
    const message = node === undefined ? "missing" : "unknown name";
    return [problemAt(root, path, { message, found, accepted: names })];
  }
  if (issue.code === "invalid_union") {
    const branch = likeliestBranch(issue.errors);
    if (branch !== undefined) {
      return branch.flatMap((inner) =>
        problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, root, keysAt),
      );
    }
  }
  if (node === undefined)
    return [problemAt(root, path, { message: "missing", expected: expectation(issue) })];
  if (issue.code === "invalid_value" && typeof found === "string") {
    return [problemAt(root, path, { message: "unknown name", found, accepted: issue.values.map(String) })];
  }
  if (issue.code === "invalid_key") {
    const key = String(path[path.length - 1]);
    return [
      {
        ...keyPlaceOf(root, path),
        key: formatPath(path),
        message: "invalid name",
        found: key,
        expected: "letters, digits, dots, dashes and underscores",
      },
    ];
  }
  if (issue.code === "custom") {
    return [
      problemAt(root, path, {
        message: issue.message,
        found: shown(found),
        expected: issue.params?.["expected"] as string | undefined,
      }),
    ];
  }
  return [
    problemAt(root, path, { message: "invalid value", found: shown(found), expected: expectation(issue) }),
  ];
}

/** The accepted names, when it is the name by which alternatives are told apart that does not fit. */
function discriminatorNames(issue: Issue): readonly string[] | undefined {
  if (issue.code !== "invalid_union" || !("options" in issue)) return undefined;
  return (issue.options as readonly unknown[]).map(String);
}

/** Whole maps and lists would bury the message. */
function shown(found: unknown): unknown {
  return typeof found === "object" && found !== null ? undefined : found;
}

/** The alternative whose outer shape fits what was written, so that its finer complaints are the useful ones. */
function likeliestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return (
    branches.find((issues) =>
      issues.every((issue) => issue.path.length > 0 || issue.code === "unrecognized_keys"),
    ) ??
    // Read, and then refused: what was meant is clear.
    branches.find((issues) => issues.every((issue) => issue.code === "custom")) ??
    branches.find((issues) =>
      issues.every((issue) => issue.path.length > 0 || issue.code === "invalid_value"),
    )
  );
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.message.startsWith("Invalid input")
        ? (TYPE_NAMES[issue.expected] ?? issue.expected)
        : issue.message;
    case "too_small":
      return `${issue.inclusive === true ? "at least" : "more than"} ${issue.minimum}`;
    case "too_big":
      return `${issue.inclusive === true ? "at most" : "less than"} ${issue.maximum}`;
    case "invalid_value":
      return `one of: ${issue.values.join(", ")}`;
    case "invalid_union":
      return issue.errors.flatMap((inner) => inner.map(expectation)).join(", or ");
    default:
      return issue.message;
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a map of keys",
  array: "a list",
  record: "a map of keys",
};
