import { locatedAt, type LocatedMap } from "../../scenario/located.ts";
import type { Axis } from "./axis.ts";

/** A setting of one pool, and how it is written of a system without pools. */
export interface PoolSetting {
  readonly pool: string;
  readonly path: string;
}

/** `cluster.pools.decode.replicas` is `cluster.replicas` of the pool decode; undefined for a setting of no single pool. */
export function poolSettingOf(path: string): PoolSetting | undefined {
  const match = /^cluster\.pools\.([^.]+)\.(.+)$/.exec(path);
  if (match === null) return undefined;
  const [pool, own] = [match[1]!, match[2]!];
  return { pool, path: /^(device|precision|serving)\./.test(own) ? own : `cluster.${own}` };
}

/** How a setting of a system is written for one of its pools alone. */
export function pathInPool(pool: string, path: string): string {
  return `cluster.pools.${pool}.${path.replace(/^cluster\./, "")}`;
}

/** Whether a path is one of devices: of all of them, or of those of one pool. */
export function isDeviceSetting(path: string): boolean {
  return (poolSettingOf(path)?.path ?? path).startsWith("device.");
}

/** Axes that decide a setting, as indices: the last of them that matters to a design has the say. */
export type DecidingAxes = (path: string) => readonly number[];

/** The axes that decide settings of a system without pools. */
export function decidingAxes(axes: readonly Axis[]): DecidingAxes {
  return (path) => axes.flatMap((axis, i) => (axis.path === path ? [i] : []));
}

/**
 * The axes that decide settings of a pool: that of all pools, unless the pool says otherwise itself, and its own above it.
 * @param base the scenario that designs change
 */
export function decidingAxesOfPool(axes: readonly Axis[], base: LocatedMap, pool: string): DecidingAxes {
  const indicesOf = decidingAxes(axes);
  return (path) => [
    ...(saysItself(base, pool, path) ? [] : indicesOf(path)),
    ...indicesOf(pathInPool(pool, path)),
  ];
}

/** A pool that names a device of its own has nothing of the system's device; else it says single settings. */
export function saysItself(base: LocatedMap, pool: string, path: string): boolean {
  const at = ["cluster", "pools", pool];
  if (path.startsWith("device.")) {
    const device = locatedAt(base, [...at, "device"]);
    if (device?.kind === "scalar" || locatedAt(base, [...at, "device", "base"]) !== undefined) return true;
  }
  return locatedAt(base, [...at, ...path.replace(/^cluster\./, "").split(".")]) !== undefined;
}
