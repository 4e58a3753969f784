/** The files that a scenario names, as the platform offers them: a disk in Node, a map in a browser. */
export interface ScenarioFiles {
  /**
   * Text of a file.
   * @throws InputError when it is missing or unreadable
   */
  readText(path: string): string;
  exists(path: string): boolean;
  /** `path` as written inside `fromFile`, made relative to that file's folder; absolute paths stay. */
  resolve(path: string, fromFile: string): string;
  /** The last part of a path: what results may say of it, whatever the machine. */
  baseName(path: string): string;
}
