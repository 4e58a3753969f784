import { deviceCount } from "../models/parallelism.ts";
import type { LocatedMap } from "../scenario/located.ts";
import type { Pool, Replicas, System } from "../scenario/scenario.ts";
import { figuresOfDevice } from "./evaluation/device-results.ts";
import { fastDieDollars, fastPriceDollars } from "./constraints/fast-figures.ts";
import { FeasibilityCheck } from "./constraints/feasibility-check.ts";
import { nameInPool, type Feasibility } from "./constraints/feasibility.ts";
import { FleetFeasibility, type FixedLimit } from "./constraints/fleet-feasibility.ts";
import { isOfDevice, isOfSystem, LIMITED, type Constraint } from "./constraints/limits.ts";
import { knownResults, type CountedDevices, type KnownResults } from "./known-results.ts";
import { NUMBERED_SETTINGS, numbersOf } from "./space/design-numbers.ts";
import { decidingAxes, decidingAxesOfPool, poolSettingOf, type DecidingAxes } from "./space/pool-settings.ts";
import type { Point, Space } from "./space/space.ts";

/** What follows from the designs of a space alone. */
export interface Fleet {
  readonly feasibility: Feasibility;
  /** As `withDeviceResults` finds it on the system itself. */
  readonly knownOf: (point: Point) => KnownResults;
}

/** What a search changes, and within what. */
interface Searched {
  readonly space: Space;
  /** The scenario that designs change. */
  readonly base: LocatedMap;
  readonly scenario: { readonly systems: readonly System[] };
  readonly constraints: readonly Constraint[];
}

/** Replicas of one kind, and the axes that decide their settings. */
interface Part {
  /** Name of their pool; undefined in a system without pools. */
  readonly pool: string | undefined;
  readonly replicas: Replicas;
  readonly deciding: DecidingAxes;
}

/**
 * The devices of a search's designs; undefined where only an evaluation tells what they are: without dataflow devices, where
 * they are chosen by name, or where those that vary are GPUs.
 */
export function fleetOf({ space, base, scenario, constraints }: Searched): Fleet | undefined {
  const parts = partsOf(space, base, scenario.systems[0]!);
  if (parts.some((part) => !followsFromNumbers(space, part))) return undefined;
  const kinds = kindsOf(space, parts, constraints);
  if (kinds.size === 0) return undefined;
  const checks = [...new Set(kinds.values())];
  const groups = parts.map((part) => countedDevicesOf(part, kinds.get(part)));
  const knownOf = (point: Point) => knownResults(groups.map((of) => of(point)));
  const [only] = checks;
  const isPlain = checks.length === 1 && kinds.size === parts.length && !constraints.some(isOfSystem);
  const fixed = parts.flatMap((part) => (kinds.has(part) ? [] : fixedLimitsOf(part, constraints)));
  return {
    feasibility: isPlain ? only! : new FleetFeasibility(checks, fixed, constraints, knownOf),
    knownOf,
  };
}

function followsFromNumbers({ axes }: Space, { replicas, deciding }: Part): boolean {
  if (deciding("device.base").length > 0) return false;
  return (
    replicas.device.kind === "hda" ||
    axes.every(({ path }, index) => {
      const setting = poolSettingOf(path)?.path ?? path;
      return !setting.startsWith("device.") || !deciding(setting).includes(index);
    })
  );
}

function partsOf(space: Space, base: LocatedMap, system: System): Part[] {
  if (system.pools === undefined)
    return [{ pool: undefined, replicas: system, deciding: decidingAxes(space.axes) }];
  return system.pools.map((pool: Pool) => ({
    ...{ pool: pool.name, replicas: pool },
    deciding: decidingAxesOfPool(space.axes, base, pool.name),
  }));
}

/** The check of each part with a dataflow device; one for all whose devices are the same in every design. */
function kindsOf(
  space: Space,
  parts: readonly Part[],
  constraints: readonly Constraint[],
): Map<Part, FeasibilityCheck> {
  const alike = new Map<string, Part[]>();
  for (const part of parts) {
    const { device } = part.replicas;
    if (device.kind !== "hda") continue;
    const key = JSON.stringify([numbersOf(device), Object.keys(NUMBERED_SETTINGS).map(part.deciding)]);
    alike.set(key, [...(alike.get(key) ?? []), part]);
  }
  const apart = alike.size > 1 || [...alike.values()].flat().length < parts.length;
  return new Map(
    [...alike.values()].flatMap((same) => {
      const { replicas, deciding } = same[0]!;
      if (replicas.device.kind !== "hda") return [];
      const names = same.flatMap(({ pool }) => pool ?? []);
      const check = new FeasibilityCheck(space, replicas.device, constraints, { names, apart, deciding });
      return same.map((part): [Part, FeasibilityCheck] => [part, check]);
    }),
  );
}

/** @param check undefined for devices that no design changes */
function countedDevicesOf(part: Part, check: FeasibilityCheck | undefined): (point: Point) => CountedDevices {
  const countOf = deviceCountOf(part);
  if (check === undefined) {
    const figures = figuresOfDevice(part.replicas.device);
    return (point) => ({ ...figures, count: countOf(point) });
  }
  return (point) => {
    const { numbers, figures } = check.figuresOf(point);
    return {
      count: countOf(point),
      areaMm2: figures.dieMm2,
      peakWatts: figures.peakWatts,
      dieDollars: fastDieDollars(numbers, figures.dieMm2),
      priceDollars: fastPriceDollars(numbers, figures.dieMm2),
    };
  };
}

/** Devices of all replicas of a part. */
function deviceCountOf({ replicas: { replicas, parallelism }, deciding }: Part): (point: Point) => number {
  const setting = (name: string, otherwise: number) => {
    const axes = deciding(`cluster.${name}`);
    return (point: Point) => {
      const deciding = axes.findLast((axis) => !Number.isNaN(point[axis]!));
      return deciding === undefined ? otherwise : point[deciding]!;
    };
  };
  const counts = {
    replicas: setting("replicas", replicas),
    tensorParallel: setting("tensor_parallel", parallelism.tensorParallel),
    pipelineParallel: setting("pipeline_parallel", parallelism.pipelineParallel),
    expertParallel: setting("expert_parallel", parallelism.expertParallel),
    dataParallelAttention: setting("data_parallel_attention", parallelism.dataParallelAttention),
  };
  return (point) =>
    counts.replicas(point) *
    deviceCount({
      tensorParallel: counts.tensorParallel(point),
      pipelineParallel: counts.pipelineParallel(point),
      expertParallel: counts.expertParallel(point),
      dataParallelAttention: counts.dataParallelAttention(point),
    });
}

function fixedLimitsOf({ pool, replicas }: Part, constraints: readonly Constraint[]): FixedLimit[] {
  return constraints.filter(isOfDevice).map((constraint) => ({
    ...{ constraint, pool, name: nameInPool(pool, constraint.name) },
    value: LIMITED[constraint.name].of(replicas.device),
  }));
}
