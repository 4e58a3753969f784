import type { MeasurementFolder } from "../../../src/analysis/validation/dataset.ts";

/** A folder of measurements that holds these files, by their paths in it. */
export function memoryFolder(files: Readonly<Record<string, string>>): MeasurementFolder {
  return {
    files: Object.keys(files).filter((path) => path.endsWith(".csv") && !path.includes("/")),
    foldersIn: (path) => {
      const inside = Object.keys(files).filter((file) => file.startsWith(`${path}/`));
      return [...new Set(inside.map((file) => file.slice(path.length + 1).split("/", 1)[0]!))].sort();
    },
    readText: (path) => files[path],
    pathOf: (path) => `measured/${path}`,
  };
}

/** A CSV text of rows with the same keys. */
export function csvOf(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const columns = Object.keys(rows[0]!);
  return [columns, ...rows.map((row) => columns.map((column) => row[column]!))]
    .map((cells) => `${cells.join(",")}\n`)
    .join("");
}
