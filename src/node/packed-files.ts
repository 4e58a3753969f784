import { InputError } from "../core/errors.ts";
import type { ScenarioFiles } from "../scenario/files.ts";
import { diskFiles } from "./disk-files.ts";

/** Texts of files by the path under which they were read: plain data that reaches other threads and machines. */
export type PackedFiles = ReadonlyMap<string, string>;

/** Files on the disk, and a copy of each that was read. */
export function packingFiles(): { readonly files: ScenarioFiles; readonly packed: PackedFiles } {
  const packed = new Map<string, string>();
  const readText = (path: string): string => {
    const text = diskFiles.readText(path);
    packed.set(path, text);
    return text;
  };
  return { files: { ...diskFiles, readText }, packed };
}

/** The files that came along, under the paths that they had where they were packed; there are no others. */
export function packedFiles(packed: PackedFiles): ScenarioFiles {
  return {
    ...diskFiles,
    readText(path) {
      const text = packed.get(path);
      if (text === undefined) throw new InputError({ file: path, message: "the file did not come along" });
      return text;
    },
    exists: (path) => packed.has(path),
  };
}
