import { findDevice } from "../hardware/catalog.ts";
import { deviceCount } from "../models/parallelism.ts";
import type { Pool, System } from "../scenario/scenario.ts";
import type { Candidate } from "./candidate.ts";
import type { Evaluation, EvaluationJob } from "./evaluation/evaluator.ts";
import type { Exploration } from "./load-exploration.ts";
import { resultsOf } from "./search.ts";
import { levelCount, valueAt, type Axis } from "./space/axis.ts";
import { isDeviceSetting, pathInPool, poolSettingOf } from "./space/pool-settings.ts";
import { written, type Point, type Space, type WrittenSetting } from "./space/space.ts";
import { unlimited } from "./unlimited.ts";

/** What stands beside the recommended design, whatever the limits of the search, with the serving settings that suit it best. */
export interface Comparison {
  /** Of a known device, or `UNIFIED`. */
  readonly name: string;
  readonly settings: readonly WrittenSetting[];
  readonly evaluation: Evaluation;
  /** Undefined in a system without pools. */
  readonly pools: readonly PoolDevices[] | undefined;
}

/** What the devices of one pool serve, and how many they are. */
export interface PoolDevices {
  readonly role: Pool["role"];
  readonly devices: number;
}

export function poolDevicesOf({ pools }: System): PoolDevices[] | undefined {
  return pools?.map(({ role, replicas, parallelism }) => ({
    ...{ role, devices: replicas * deviceCount(parallelism) },
  }));
}

/** The devices of a design whose pools serve prompts and answers apart, each of them serving whole requests instead. */
export const UNIFIED = "unified";

type Look = (jobs: readonly EvaluationJob[]) => Promise<Evaluation[]>;

/** Known devices under the same requests; beside a design that serves prompts and answers apart its own devices, unified. */
export async function comparisonsOf(
  exploration: Exploration,
  recommended: Candidate,
  systemOf: (settings: readonly WrittenSetting[]) => System,
  look: Look,
): Promise<Comparison[]> {
  const chosen = exploration.fidelities.includes("estimate")
    ? await chosenByEstimate(exploration, look)
    : await chosenBySlices(exploration, recommended, systemOf(recommended.settings), look);
  const jobs = chosen.map(({ settings, guessPerSecond }) => unlimited(settings, "full", guessPerSecond));
  const replayed = await look(jobs);
  return chosen.map(({ name, settings }, i) => {
    const evaluation = replayed[i]!;
    const pools = evaluation.kind === "done" ? poolDevicesOf(systemOf(settings)) : undefined;
    return { name, settings, evaluation, pools };
  });
}

/** Settings with which something is compared, and the goodput at SLO that a slice found for them. */
interface Chosen {
  readonly name: string;
  readonly settings: readonly WrittenSetting[];
  readonly guessPerSecond: number;
}

const MOST_CHOICES = 64;
/** Of these, how many are replayed to choose among. */
const MOST_REPLAYED = 6;

async function chosenByEstimate({ space, compareWith }: Exploration, look: Look): Promise<Chosen[]> {
  const knobs = servingChoices(space);
  const named = compareWith.map((name) =>
    knobs.map((knob): WrittenSetting[] => [["device.base", findDevice(name).name], ...knob]),
  );
  const estimated = (await look(named.flat().map((settings) => unlimited(settings, "estimate", 0)))).map(
    goodputOf,
  );
  // A device may choose among the settings that are best by formulas; replays tell which of them is.
  const shortlists = named.map((choices, i) => {
    const own = estimated.slice(i * knobs.length, (i + 1) * knobs.length);
    const order = own.map((_, place) => place).sort((x, y) => own[y]! - own[x]! || x - y);
    return order.slice(0, MOST_REPLAYED).map((place) => unlimited(choices[place]!, "slice", own[place]!));
  });
  const sliced = (await look(shortlists.flat())).map(goodputOf);
  return shortlists.map((shortlist, i) => {
    const start = shortlists.slice(0, i).reduce((sum, { length }) => sum + length, 0);
    const own = sliced.slice(start, start + shortlist.length);
    const best = own.indexOf(Math.max(...own));
    return { name: compareWith[i]!, settings: shortlist[best]!.settings, guessPerSecond: own[best]! };
  });
}

/** Settings of the space that are none of the device, in every combination: what known devices may choose as well. */
export function servingChoices(space: Space): WrittenSetting[][] {
  const axes = space.axes.flatMap((axis) => {
    if (axis.path.startsWith("device.") || axis.when !== undefined) return [];
    if (axis.kind === "levels")
      return [{ path: axis.path, values: axis.levels.map((level) => written(axis, level)) }];
    return axis.kind === "choice" ? [{ path: axis.path, values: axis.choices }] : [];
  });
  const combinations = axes.reduce<WrittenSetting[][]>(
    (before, { path, values }) =>
      before.flatMap((settings) => values.map((value): WrittenSetting[] => [...settings, [path, value]])),
    [[]],
  );
  return combinations.slice(0, MOST_CHOICES);
}

/** Something to compare with, as it follows from a design of the space. */
interface Contender {
  readonly name: string;
  /** Axes along which it may choose, as indices. */
  readonly axes: readonly number[];
  settingsOf(point: Point): WrittenSetting[];
}

/** Ways to choose among names from which a contender's other settings are sought. */
const MOST_STARTS = 8;
/** Numbers at which is looked along an axis. */
const MOST_LEVELS = 8;

/**
 * Without formulas to choose by: from the settings of the recommended design, once for each way to choose among names (split or
 * unified, formats), one number after the other is moved to where a slice serves the most, all of them twice, as what suits best
 * along one axis may depend on the others.
 */
async function chosenBySlices(
  exploration: Exploration,
  { point }: Candidate,
  system: System,
  look: Look,
): Promise<Chosen[]> {
  const { space, compareWith } = exploration;
  const contenders = compareWith.map((name) => knownDevice(findDevice(name).name, space, system));
  if (system.kvTransfer !== undefined) contenders.unshift(unified(space, system));
  const sought = contenders.flatMap((contender) =>
    startsOf(space, contender, point).map((start) => ({ contender, point: start, goodput: 0 })),
  );
  type Try = { readonly state: (typeof sought)[number]; readonly point: Point };
  const lookAt = async (tries: readonly Try[]) => {
    const jobs = tries.map(({ state: { contender, goodput }, point: tried }) =>
      unlimited(contender.settingsOf(tried), "slice", goodput),
    );
    (await look(jobs)).forEach((evaluation, i) => {
      const { state, point: tried } = tries[i]!;
      const goodput = goodputOf(evaluation);
      if (goodput > state.goodput) Object.assign(state, { point: tried, goodput });
    });
  };
  await lookAt(sought.map((state) => ({ state, point: state.point })));
  for (const axis of [...space.freeAxes, ...space.freeAxes]) {
    const levels = someLevels(space.axes[axis]!);
    await lookAt(
      sought
        .filter((state) => state.contender.axes.includes(axis) && !Number.isNaN(state.point[axis]!))
        .flatMap((state) => levels.map((value) => ({ state, point: space.with(state.point, axis, value) }))),
    );
  }
  return contenders.map((contender) => {
    const own = sought.filter((state) => state.contender === contender);
    const best = own.reduce((most, state) => (state.goodput > most.goodput ? state : most));
    const settings = contender.settingsOf(best.point);
    return { name: contender.name, settings, guessPerSecond: best.goodput };
  });
}

/** Numbers along an axis at which is looked: all, or so many evenly spread with both ends; none along one of names. */
function someLevels(axis: Axis): number[] {
  if (axis.kind !== "levels" && axis.kind !== "range") return [];
  const count = Math.min(levelCount(axis) ?? MOST_LEVELS, MOST_LEVELS);
  return Array.from({ length: count }, (_, i) => valueAt(axis, count === 1 ? 0 : i / (count - 1)));
}

/** The design with each choice of names among the contender's axes, its own first. */
function startsOf(space: Space, { axes }: Contender, point: Point): Point[] {
  const starts = axes.reduce<Point[]>(
    (before, index) => {
      const axis = space.axes[index]!;
      if (axis.kind !== "choice") return before;
      return before.flatMap((start) => [
        start,
        ...axis.choices.flatMap((_, choice) =>
          Number.isNaN(start[index]!) || choice === start[index] ? [] : [space.with(start, index, choice)],
        ),
      ]);
    },
    [point],
  );
  return starts.slice(0, MOST_STARTS);
}

/** A known device in the place of those of every pool. */
function knownDevice(name: string, space: Space, { pools = [] }: System): Contender {
  const serving = space.axes.flatMap((_, index) => (isServing(space, index) ? [index] : []));
  const paths = new Set(serving.map((index) => space.axes[index]!.path));
  return {
    name,
    axes: serving,
    settingsOf: (point) => [
      ["device.base", name],
      ...pools.map((pool): WrittenSetting => [pathInPool(pool.name, "device.base"), name]),
      ...space.settingsOf(point).filter(([path]) => paths.has(path)),
    ],
  };
}

/** The design's own devices in the same numbers, all of which serve whole requests. */
function unified(space: Space, { pools = [] }: System): Contender {
  const roles = pools.map(({ name }): WrittenSetting => [pathInPool(name, "cluster.role"), "both"]);
  const fixed = new Set(roles.map(([path]) => path));
  return {
    name: UNIFIED,
    axes: space.axes.flatMap(({ path }, index) =>
      (poolSettingOf(path)?.path ?? path).startsWith("serving.") ? [index] : [],
    ),
    settingsOf: (point) => [...space.settingsOf(point).filter(([path]) => !fixed.has(path)), ...roles],
  };
}

/** Whether a setting is none of a device, and follows from none. */
function isServing(space: Space, index: number): boolean {
  if (isDeviceSetting(space.axes[index]!.path)) return false;
  return space.readsOf(index).every((path) => {
    const read = space.axes.findIndex((axis) => axis.path === path);
    return read < 0 ? !isDeviceSetting(path) : isServing(space, read);
  });
}

function goodputOf(evaluation: Evaluation): number {
  return resultsOf(evaluation)?.goodput_at_slo_rps ?? 0;
}
