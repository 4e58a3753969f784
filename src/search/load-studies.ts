import { InputError } from "../core/errors.ts";
import type { ScenarioFiles } from "../scenario/files.ts";
import { readOverridden, type ScenarioOverrides } from "../scenario/load.ts";
import { locatedAt, type Located, type LocatedMap } from "../scenario/located.ts";
import { applyOverrides, settingOverride } from "../scenario/overrides.ts";
import { problemAt } from "../scenario/problems.ts";
import { explorationOf, type Exploration } from "./load-exploration.ts";

/** The same search under something else. */
export interface NamedExploration {
  readonly name: string;
  readonly exploration: Exploration;
}

/**
 * Reads a scenario whose section `explore` lists studies: for each of them the search with its own settings laid on top.
 * @throws InputError with file, line and column for all that is wrong with any of them
 */
export function loadStudies(
  path: string,
  files: ScenarioFiles,
  overrides: ScenarioOverrides = {},
): NamedExploration[] {
  const root = readOverridden(path, files, overrides);
  explorationOf(root, path, files); // What is wrong with the studies themselves is told before what they come to.
  if (locatedAt(root, ["cluster", "pools"]) !== undefined) {
    throw new InputError(
      problemAt(root, ["cluster", "pools"], {
        message: "proportions are those of one die, and pools may have several",
        expected: "a system without pools; ador explore searches pools",
      }),
    );
  }
  const at = ["explore", "studies"];
  const list = locatedAt(root, at);
  if (list?.kind !== "list") {
    throw new InputError({
      file: path,
      message: "no studies to compare",
      expected: "a list explore.studies; see scenarios/explore/proportions-slo.yaml",
    });
  }
  const studies = list.items.map((item) => ({
    name: nameOf(item),
    exploration: explorationOf(applyOverrides(root, settingsOf(item)), path, files),
  }));
  studies.forEach(({ name }, i) => {
    if (studies.findIndex((other) => other.name === name) < i) {
      throw new InputError(problemAt(root, [...at, i, "name"], { message: "named twice:", found: name }));
    }
  });
  return studies;
}

function nameOf(study: Located): string {
  const name = locatedAt(study, ["name"]);
  return name?.kind === "scalar" ? String(name.value) : "";
}

function settingsOf(study: Located): LocatedMap[] {
  const set = locatedAt(study, ["set"]);
  return set?.kind === "map" ? [...set.entries].map(([path, entry]) => settingOverride(path, entry)) : [];
}
