import { InputError } from "../core/errors.ts";
import type { ScenarioFiles } from "./files.ts";
import { parseLocated, placeOf, type Located, type LocatedMap, type Path } from "./located.ts";
import { mergeLocated, withoutKeys } from "./merge.ts";

/**
 * Reads a scenario file and all that it extends, merged into one. Name and description are not inherited.
 * @throws InputError for a missing file, invalid YAML, a document that is no map, a cycle of `extends`
 */
export function readScenarioFile(path: string, files: ScenarioFiles): LocatedMap {
  return readChain(path, files, []);
}

function readChain(path: string, files: ScenarioFiles, extenders: readonly string[]): LocatedMap {
  const root = parseLocated(files.readText(path), path);
  if (root.kind !== "map") {
    throw new InputError({
      ...root.place,
      message: "a scenario is a map of keys",
      expected: "lines such as `model: llama-3.1-8b`",
    });
  }
  const base = root.entries.get("extends");
  if (base === undefined) return root;
  const place = base.node.place;
  if (base.node.kind !== "scalar" || typeof base.node.value !== "string") {
    throw new InputError({
      ...place,
      key: "extends",
      message: "invalid value",
      expected: "the path of another scenario",
    });
  }
  const basePath = files.resolve(base.node.value, path);
  const chain = [...extenders, path];
  if (chain.includes(basePath)) {
    throw new InputError({
      ...place,
      key: "extends",
      message: `a cycle: ${[...chain, basePath].join(" -> ")}`,
    });
  }
  if (!files.exists(basePath)) {
    throw new InputError({ ...place, key: "extends", message: "no such file", found: basePath });
  }
  const inherited = withoutKeys(readChain(basePath, files, chain), ["name", "description"]);
  return mergeLocated(inherited, withoutKeys(root, ["extends"])) as LocatedMap;
}

/** A path as the scenario states it: relative to the file that it stands in, or to the working directory for a flag. */
export function resolveWrittenPath(root: Located, at: Path, written: string, files: ScenarioFiles): string {
  return files.resolve(written, placeOf(root, at).file); // The place of a flag has no folder: it resolves to itself.
}
