export type Setting = string | number | boolean | null;

/** Settings as results record them: nested maps of plain values. */
export interface SettingMap {
  readonly [name: string]: Setting | SettingMap;
}

/** The values of a nested map by their dotted paths. */
export function flatten(map: object): [path: string, value: Setting][] {
  return Object.entries(map as SettingMap).flatMap(([name, value]): [string, Setting][] =>
    typeof value === "object" && value !== null
      ? flatten(value).map(([path, inner]) => [`${name}.${path}`, inner])
      : [[name, value]],
  );
}

/** `bytesPerSecond` becomes `bytes_per_second`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The same map with its names in snake_case. */
export function inSnakeCase(map: object): SettingMap {
  return Object.fromEntries(
    Object.entries(map as SettingMap).map(([name, value]) => [
      snakeCase(name),
      typeof value === "object" && value !== null ? inSnakeCase(value) : value,
    ]),
  );
}
