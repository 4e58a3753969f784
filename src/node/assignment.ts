import { Evaluator, type Study } from "../search/evaluation/evaluator.ts";
import { packedFiles, packingFiles, type PackedFiles } from "./packed-files.ts";

/** All that it takes to work out designs of a study in another thread or on another machine: plain data. */
export interface Assignment {
  readonly study: Study;
  /** Files that the scenario names. */
  readonly files: PackedFiles;
}

/** Packs a study with the files that its scenario names. */
export function assignmentOf(study: Study): Assignment {
  const { files, packed } = packingFiles();
  new Evaluator(study, files).systemOf([]); // Reads them all: no setting of a design names a file.
  return { study, files: packed };
}

/** Works out designs of a study that came from elsewhere. */
export function evaluatorOf({ study, files }: Assignment): Evaluator {
  return new Evaluator(study, packedFiles(files));
}
