import { coversSystem } from "../analysis/estimate/scenario-estimate.ts";
import { hasTargets } from "../analysis/estimate/slo-judgement.ts";
import type { WorthAssumptions } from "../analysis/worth/worth-bands.ts";
import { InputError } from "../core/errors.ts";
import { parseAnyQuantity, type QuantityKind } from "../core/units.ts";
import { findDevice } from "../hardware/catalog.ts";
import type { ScenarioFiles } from "../scenario/files.ts";
import { readOverridden, resolveScenario, type ScenarioOverrides } from "../scenario/load.ts";
import { locatedAt, placeOf, toPlain, type LocatedMap, type Path, type Place } from "../scenario/located.ts";
import { withoutKeys } from "../scenario/merge.ts";
import { problemAt, schemaError } from "../scenario/problems.ts";
import { schemaKeys } from "../scenario/schema-keys.ts";
import type { Scenario, System } from "../scenario/scenario.ts";
import type { Constraint, LimitName } from "./constraints/limits.ts";
import { readLimit } from "./constraints/written-limit.ts";
import { refuseContradictions } from "./contradictions.ts";
import { FIDELITIES, type Fidelity } from "./evaluation/evaluator.ts";
import { explorationSchema, type AxisInput, type BoundInput, type ExploreInput } from "./explore-schema.ts";
import type { Objectives } from "./objectives.ts";
import type { Axis } from "./space/axis.ts";
import { baseValues, readableSettings } from "./space/base-values.ts";
import { checkSettings } from "./space/check-settings.ts";
import { pathInPool, poolSettingOf, saysItself } from "./space/pool-settings.ts";
import { Space } from "./space/space.ts";
import type { StrategyName } from "./strategies/registry.ts";
import { worthAssumptionsOf } from "./worth/worth-schema.ts";

/** Designs that are looked at by each fidelity at most. */
interface Budgets extends Readonly<Record<Fidelity, number>> {
  /** Designs next to the best slices that become slices as well. */
  readonly refinement: number;
}

/** A search as its file states it, checked. */
export interface Exploration {
  /** What designs change: one system under one workload. */
  readonly scenario: Scenario;
  readonly base: LocatedMap;
  readonly space: Space;
  readonly constraints: readonly Constraint[];
  /** Where the constraints were written, for designs that none of them lets be. */
  readonly constraintsPlace: Place;
  readonly objectives: Objectives;
  readonly strategy: StrategyName;
  /** How closely designs are looked at, cheapest first: by estimates only where formulas cover the system. */
  readonly fidelities: readonly [Fidelity, ...Fidelity[]];
  readonly budgets: Budgets;
  readonly sliceRequests: number;
  readonly compareWith: readonly string[];
  /** What money is reckoned with. */
  readonly worth: WorthAssumptions;
}

/**
 * Reads a scenario with a section `explore`.
 * @throws InputError with file, line and column for all that is wrong with it
 */
export function loadExploration(
  path: string,
  files: ScenarioFiles,
  overrides: ScenarioOverrides = {},
): Exploration {
  return explorationOf(readOverridden(path, files, overrides), path, files);
}

/**
 * Checks a scenario with a section `explore`, as read from `path`.
 * @throws InputError with file, line and column for all that is wrong with it
 */
export function explorationOf(root: LocatedMap, path: string, files: ScenarioFiles): Exploration {
  if (locatedAt(root, ["explore"]) === undefined) {
    throw new InputError({
      file: path,
      message: "nothing to explore",
      expected: "a section `explore` with a space; see scenarios/explore",
    });
  }
  refuseContradictions(root);
  const checked = explorationSchema.safeParse(toPlain(root));
  if (!checked.success) {
    throw schemaError(checked.error.issues, root, (at) => schemaKeys(explorationSchema, at));
  }
  const base = withoutKeys(root, ["explore", "worth"]);
  const scenario = resolveScenario(root, path, files);
  refuseUnsearchable(scenario, root);
  const input = checked.data.explore;
  input.compare_with.forEach((name, i) => {
    placed(root, ["explore", "compare_with", i], () => findDevice(name));
  });
  for (const name of Object.keys(checked.data.worth?.prices ?? {}))
    placed(root, ["worth", "prices", name], () => findDevice(name));
  const space = spaceOf(root, input, scenario);
  checkSettings(space, base, root, ["explore", "space"]);
  return {
    ...{ scenario, base, space },
    constraints: constraintsOf(root, input),
    constraintsPlace: placeOf(root, ["explore", "constraints"]),
    objectives: objectivesOf(input),
    strategy: input.strategy,
    fidelities: coversSystem(scenario.systems[0]!) ? FIDELITIES : ["slice", "full"],
    budgets: {
      estimate: input.estimates,
      slice: input.slices,
      refinement: input.refinements,
      full: input.replays,
    },
    sliceRequests: input.slice_requests,
    compareWith: input.compare_with,
    worth: worthAssumptionsOf(checked.data.worth),
  };
}

function refuseUnsearchable({ comparesSystems, slo, workload, systems }: Scenario, root: LocatedMap): void {
  const refuse = (path: string[], message: string, expected: string) =>
    new InputError(problemAt(root, path, { message, expected }));
  if (comparesSystems) throw refuse(["systems"], "a search starts from one system", "the system at the top");
  if (!coversSystem(systems[0]!) && locatedAt(root, ["explore", "estimates"]) !== undefined) {
    throw refuse(
      ["explore", "estimates"],
      "no formula covers pools",
      "explore.slices alone, which says how many designs are looked at by replays of the first requests",
    );
  }
  if (!hasTargets(slo)) {
    throw refuse(
      ["slo"],
      "a search needs a service level to hold",
      "targets such as slo: { ttft: 1s, max_tbt: 100ms }",
    );
  }
  if (workload.kind === "conversations" || (workload.kind === "trace" && workload.sessions !== undefined)) {
    throw refuse(
      ["workload"],
      "a search needs requests that come whatever the system does",
      "a trace, synthetic requests or servegen",
    );
  }
}

function spaceOf(root: LocatedMap, { space }: ExploreInput, scenario: Scenario): Space {
  const at = ["explore", "space"];
  const axes = Object.entries(space).map(([path, input]) =>
    placed(root, [...at, path], () => {
      refuseElsewhere(path, scenario.systems[0]!, root);
      return axisOf(path, input);
    }),
  );
  try {
    return new Space(axes, baseValues(scenario.systems[0]!), readableSettings(scenario.systems[0]!));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const placeOfAxis = (key = "") => placeOf(root, [...at, key.slice(`${at.join(".")}.`.length)]);
    throw new InputError(error.problems.map((problem) => ({ ...placeOfAxis(problem.key), ...problem })));
  }
}

/** @throws InputError for a setting of no system, of a pool that the system does not have, or of none of its pools */
function refuseElsewhere(path: string, { pools = [] }: System, root: LocatedMap): void {
  if (!/^(device|cluster|serving|precision)\./.test(path)) {
    throw new InputError({
      message: "not a setting of a system",
      expected: "a path that starts with device, cluster, serving or precision",
    });
  }
  const names = pools.map(({ name }) => name);
  const { pool, path: own = "" } = poolSettingOf(path) ?? {};
  if (pool !== undefined && !names.includes(pool)) {
    throw new InputError({
      message: names.length === 0 ? "the cluster has no pools, and so none named" : "no pool is named",
      ...{ found: pool, accepted: names },
      expected: names.length === 0 ? "cluster.pools, or a setting of the system" : names.join(" or "),
    });
  }
  if (/^cluster\.(device|precision|serving)$/.test(own)) {
    throw new InputError({
      message: "not a single setting",
      expected: `a part of it, such as ${partOf(path)}`,
    });
  }
  const inEach = names.map((name) => pathInPool(name, path));
  if (names.length > 0 && path === "cluster.replicas") {
    throw new InputError({ message: "every pool has its own replicas", expected: inEach.join(", ") });
  }
  if (pool === undefined && names.length > 0 && names.every((name) => saysItself(root, name, path))) {
    throw new InputError({ message: "every pool says this itself", expected: inEach.join(", ") });
  }
}

function partOf(block: string): string {
  const parts = { device: "base", precision: "kv", serving: "max_num_batched_tokens" };
  return `${block}.${parts[block.split(".").at(-1) as keyof typeof parts]}`;
}

function axisOf(path: string, input: AxisInput): Axis {
  if (Array.isArray(input)) return valuesAxis(path, input, undefined);
  const when = input.when === undefined ? {} : { when: input.when };
  if ("tie" in input) return { kind: "tied", path, unit: unitOfTie(path), formula: input.tie, ...when };
  if ("values" in input) return valuesAxis(path, input.values, input.when);
  const from = amountOf(input.from);
  const to = amountOf(input.to);
  const unit = commonUnit([from, to]);
  if (!(from.value < to.value)) {
    throw new InputError({
      message: "the range is empty: from",
      found: input.from,
      expected: `less than ${input.to}`,
    });
  }
  if (input.scale === "log" && from.value <= 0) {
    throw new InputError({ message: "a logarithmic range starts above 0, not at", found: input.from });
  }
  const [low, high] = [from.value, to.value];
  if (input.step !== undefined) {
    const step = amountOf(input.step);
    commonUnit([from, step]);
    if (!(step.value > 0)) throw new InputError({ message: "invalid step", found: input.step });
    const count = Math.floor((high - low) / step.value + 1e-9) + 1;
    const levels = Array.from({ length: count }, (_, i) => low + i * step.value);
    return { kind: "levels", path, unit, levels, ...when };
  }
  const { points, scale } = input;
  if (points !== undefined) {
    const whole = unit === undefined && Number.isInteger(low) && Number.isInteger(high);
    const raw = Array.from({ length: points }, (_, i) => {
      const share = i / (points - 1);
      return scale === "log" ? low * (high / low) ** share : low + (high - low) * share;
    });
    const levels = [...new Set(raw.map((level) => (whole || unit === "bytes" ? Math.round(level) : level)))];
    return { kind: "levels", path, unit, levels, ...when };
  }
  if (unit === undefined && Number.isInteger(low) && Number.isInteger(high)) {
    const levels = Array.from({ length: high - low + 1 }, (_, i) => low + i);
    return { kind: "levels", path, unit, levels, ...when };
  }
  return { kind: "range", path, unit, from: low, to: high, scale, ...when };
}

function valuesAxis(
  path: string,
  values: readonly (number | string | boolean)[],
  when: string | undefined,
): Axis {
  const condition = when === undefined ? {} : { when };
  const amounts = values.map((value) => (typeof value === "boolean" ? undefined : quantityIn(value)));
  if (amounts.every((amount) => amount !== undefined)) {
    const levels = [...new Set(amounts.map(({ value }) => value))].sort((a, b) => a - b);
    return { kind: "levels", path, unit: commonUnit(amounts), levels, ...condition };
  }
  return { kind: "choice", path, choices: values, ...condition };
}

interface Amount {
  readonly value: number;
  readonly unit: QuantityKind | undefined;
}

/** A number with or without a unit; undefined for a name. */
function quantityIn(value: number | string): Amount | undefined {
  if (typeof value === "number") return { value, unit: undefined };
  if (!/^\s*[-+.\d]/.test(value)) return undefined;
  const { kind, value: parsed } = parseAnyQuantity(value);
  return { value: parsed, unit: kind };
}

function amountOf(value: number | string): Amount {
  const amount = quantityIn(value);
  if (amount === undefined) throw new InputError({ message: "not a number:", found: value });
  return amount;
}

function commonUnit(amounts: readonly Amount[]): QuantityKind | undefined {
  const unit = amounts[0]!.unit;
  if (amounts.some((amount) => amount.unit !== unit)) {
    throw new InputError({
      message: "values of different kinds",
      expected: "the same kind of unit throughout",
    });
  }
  return unit;
}

/** In which unit a setting that follows a formula is written: formulas reckon in SI base units. */
function unitOfTie(path: string): QuantityKind | undefined {
  if (/(sram_per_core|global_sram|capacity|l2)$/.test(path)) return "bytes";
  if (/bandwidth$/.test(path)) return "bytesPerSecond";
  if (/clock$/.test(path)) return "hertz";
  if (/(tdp|power)$/.test(path)) return "watts";
  return /(latency|launch|host_per_step)$/.test(path) ? "seconds" : undefined;
}

function constraintsOf(root: LocatedMap, { constraints }: ExploreInput): Constraint[] {
  return (Object.entries(constraints) as [LimitName, BoundInput][]).map(([name, input]) => {
    const read = (amount: number | string) =>
      placed(root, ["explore", "constraints", name], () => readLimit(name, amount));
    if (typeof input !== "object") return { name, atMost: read(input) };
    const atMost = input.at_most === undefined ? undefined : read(input.at_most);
    const atLeast = input.at_least === undefined ? undefined : read(input.at_least);
    if (atMost !== undefined && atLeast !== undefined && atMost < atLeast) {
      throw new InputError(
        problemAt(root, ["explore", "constraints", name], {
          message: "contradictory limits: at most less than at least",
          expected: `at_most of at least ${input.at_least}`,
        }),
      );
    }
    return { name, ...(atMost !== undefined && { atMost }), ...(atLeast !== undefined && { atLeast }) };
  });
}

/** Gives what is wrong the place of the value at `path`. */
function placed<T>(root: LocatedMap, path: Path, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.problems.map((problem) => problemAt(root, path, problem)));
  }
}

function objectivesOf({ objectives, combine }: ExploreInput): Objectives {
  return {
    combine,
    list: objectives.map((objective) =>
      "maximise" in objective
        ? { result: objective.maximise, direction: "maximise", weight: objective.weight }
        : { result: objective.minimise, direction: "minimise", weight: objective.weight },
    ),
  };
}
