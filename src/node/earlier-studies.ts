import { join } from "node:path";
import { InputError } from "../core/errors.ts";
import type { EarlierDesign, EarlierStudy } from "../search/earlier-study.ts";
import type { Evaluation, Fidelity } from "../search/evaluation/evaluator.ts";
import type { Exploration } from "../search/load-exploration.ts";
import type { Axis } from "../search/space/axis.ts";
import type { WrittenSetting } from "../search/space/space.ts";
import { queryStore, STORE_FILE } from "./search-store.ts";

/** Strategies that start from what earlier studies knew. */
const LEARNING = ["surrogate", "propose+surrogate"];

/**
 * Studies over the same axes in the stores of these folders, which are left as they are; by their content hashes, so that the
 * order of the folders does not matter.
 * @throws InputError for a strategy that does not learn, and for a folder without a store or without such a study
 */
export function readEarlierStudies(
  folders: readonly string[],
  { space, strategy, fidelities }: Exploration,
): EarlierStudy[] {
  if (folders.length > 0 && !LEARNING.includes(strategy)) {
    throw new InputError({
      ...{ file: "--learn-from", message: "nothing is learnt by explore.strategy", found: strategy },
      expected: LEARNING.join(" or "),
    });
  }
  const paths = pathsOf(space.axes);
  const studies = new Map<string, EarlierStudy>();
  for (const folder of folders) {
    const all = studiesIn(folder);
    const alike = all.filter((study) => pathsOf(study.axes) === paths);
    if (alike.length === 0) throw unlike(folder, paths, all);
    const designs = designsIn(folder, fidelities[0]);
    for (const { study, scenario, model } of alike) {
      // The same study in two folders: each may know what the other does not.
      const known = new Map(
        [...(studies.get(study)?.designs ?? []), ...(designs.get(study) ?? [])].map(byId),
      );
      const sorted = [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, design]) => design);
      studies.set(study, { study, scenario, model, designs: sorted });
    }
  }
  return [...studies.values()].sort((a, b) => (a.study < b.study ? -1 : 1));
}

interface StoredStudy extends Omit<EarlierStudy, "designs"> {
  readonly axes: readonly Axis[];
}

function studiesIn(folder: string): StoredStudy[] {
  const { rows } = queryStore(folder, "SELECT study, scenario, model, space FROM studies ORDER BY study");
  return (rows as [string, string, string, string][]).map(([study, scenario, model, space]) => ({
    ...{ study, scenario, model },
    axes: JSON.parse(space) as Axis[],
  }));
}

function designsIn(folder: string, fidelity: Fidelity): Map<string, EarlierDesign[]> {
  // Known devices and variations of the best design have names of their own: no limits hold for them.
  const { rows } = queryStore(
    folder,
    `SELECT study, settings, evaluation FROM evaluations
     WHERE fidelity = '${fidelity}' AND design NOT LIKE '%-unlimited' ORDER BY study, design`,
  );
  const designs = new Map<string, EarlierDesign[]>();
  for (const [study, settings, evaluation] of rows as [string, string, string][]) {
    const found = JSON.parse(evaluation) as Evaluation;
    if (found.kind !== "done") continue;
    const own = designs.get(study) ?? [];
    designs.set(study, own);
    own.push({ settings: JSON.parse(settings) as WrittenSetting[], results: found.results });
  }
  return designs;
}

const byId = (design: EarlierDesign): [string, EarlierDesign] => [JSON.stringify(design.settings), design];

function pathsOf(axes: readonly Axis[]): string {
  return axes
    .map(({ path }) => path)
    .sort()
    .join(", ");
}

function unlike(folder: string, paths: string, studies: readonly StoredStudy[]): InputError {
  const others = [...new Set(studies.map(({ axes }) => pathsOf(axes)))].join("; ");
  return new InputError({
    ...{ file: join(folder, STORE_FILE), message: "no study over the axes of this search; axes there:" },
    ...{ found: others || "none", expected: paths },
  });
}
