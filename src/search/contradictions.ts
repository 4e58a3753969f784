import { InputError, type InputProblem } from "../core/errors.ts";
import { locatedAt, toPlain, type Located } from "../scenario/located.ts";
import { problemAt } from "../scenario/problems.ts";

/** Ways to say what a setting may be, of which an axis has one. */
const WAYS = ["values", "tie", "from"];

/**
 * Refuses what says two things at once, which a schema could only call an unknown key.
 * @throws InputError with all of it
 */
export function refuseContradictions(root: Located): void {
  const problems = [...axisProblems(root), ...objectiveProblems(root)];
  if (problems.length > 0) throw new InputError(problems);
}

function axisProblems(root: Located): InputProblem[] {
  const at = ["explore", "space"];
  return entriesOf(locatedAt(root, at)).flatMap(([path, axis]): InputProblem[] => {
    const keys = entriesOf(axis).map(([key]) => key);
    const refuse = (names: readonly string[], expected: string) => [
      problemAt(root, [...at, path], { message: `contradictory: ${names.join(" and ")}`, expected }),
    ];
    const ways = WAYS.filter((way) => keys.includes(way));
    if (ways.length > 1) return refuse(ways, `one of: ${WAYS.join(", ")}`);
    if (!keys.includes("step")) return [];
    if (keys.includes("points")) return refuse(["step", "points"], "equal steps, or so many values");
    const scale = toPlain(axis) as { readonly scale?: unknown };
    return scale.scale === "log" ? refuse(["step", "scale: log"], "points on a logarithmic scale") : [];
  });
}

function objectiveProblems(root: Located): InputProblem[] {
  const at = ["explore", "objectives"];
  const list = locatedAt(root, at);
  if (list?.kind !== "list") return [];
  const seen = new Set<unknown>();
  return list.items.flatMap((item, i): InputProblem[] => {
    const objective = new Map(entriesOf(item).map(([key, node]) => [key, toPlain(node)]));
    const [up, down] = [objective.get("maximise"), objective.get("minimise")];
    const refuse = (message: string, expected: string) => [
      problemAt(root, [...at, i], { message, expected }),
    ];
    if (up !== undefined && down !== undefined)
      return refuse("contradictory: maximise and minimise", "one of the two; another result is another item");
    const result = up ?? down;
    if (typeof result !== "string") return [];
    if (seen.has(result)) return refuse(`${result} is an objective already`, "each result once");
    seen.add(result);
    return [];
  });
}

function entriesOf(node: Located | undefined): [string, Located][] {
  return node?.kind === "map" ? [...node.entries].map(([key, entry]) => [key, entry.node]) : [];
}
