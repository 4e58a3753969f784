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

const snakeNames = new Map<string, string>();

/** `bytesPerSecond` becomes `bytes_per_second`. */
export function snakeCase(name: string): string {
  let snake = snakeNames.get(name);
  if (snake === undefined) {
    snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    snakeNames.set(name, snake);
  }
  return snake;
}

/** The same map with its names in snake_case. */
export function inSnakeCase(map: object): SettingMap {
  const named: Record<string, Setting | SettingMap> = {};
  for (const [name, value] of Object.entries(map as SettingMap)) {
    named[snakeCase(name)] = typeof value === "object" && value !== null ? inSnakeCase(value) : value;
  }
  return named;
}
