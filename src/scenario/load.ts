import type { z } from "zod";
import { InputError } from "../core/errors.ts";
import type { RequestTargets, RunTarget, SloConfig } from "../serving/config.ts";
import { checkRetries } from "./check-retries.ts";
import type { ScenarioFiles } from "./files.ts";
import { locatedAt, placeOf, toPlain, type Located, type LocatedMap, type Path } from "./located.ts";
import { mergeLocated, withoutKeys } from "./merge.ts";
import { applyOverrides, flagOverride, parseOverride } from "./overrides.ts";
import { parseSystem } from "./parse-system.ts";
import { problemAt, schemaError } from "./problems.ts";
import { readScenarioFile, resolveWrittenPath } from "./read.ts";
import { resolveSystem } from "./resolve-system.ts";
import { schemaKeys } from "./schema-keys.ts";
import { fileSchema, RUN_TARGETS, type SystemInput } from "./schema.ts";
import type { Scenario } from "./scenario.ts";
import type { Workload } from "./workload.ts";

/** What the command line changes in a scenario. */
export interface ScenarioOverrides {
  /** `path=value` each, values as in YAML; applied after all other changes, the last one wins. */
  readonly set?: readonly string[] | undefined;
  readonly seed?: number | undefined;
  /** A trace instead of the scenario's own, relative to the working directory. */
  readonly trace?: string | undefined;
  readonly format?: string | undefined;
  readonly zeroOutput?: string | undefined;
  readonly failedRows?: string | undefined;
  /** Poisson arrivals a second for a trace that lists lengths alone. */
  readonly rate?: number | undefined;
  /** Values of other flags of the command line, each with the keys of the setting that it stands for. */
  readonly flags?: readonly (readonly [flag: string, keys: readonly string[], value: string | number])[];
}

/** Name of the only system of a scenario that names none. */
const SOLE_SYSTEM = "system";

/**
 * Reads, completes and checks a scenario; nothing is simulated and no trace is read.
 * @throws InputError with file, line and column for all that is wrong with it
 */
export function loadScenario(
  path: string,
  files: ScenarioFiles,
  overrides: ScenarioOverrides = {},
): Scenario {
  return resolveScenario(readOverridden(path, files, overrides), path, files, overrides.set);
}

/**
 * A scenario file with what the command line changes in it.
 * @throws InputError for a file or an override that cannot be read
 */
export function readOverridden(path: string, files: ScenarioFiles, overrides: ScenarioOverrides): LocatedMap {
  return applyOverrides(readScenarioFile(path, files), overrideMaps(overrides));
}

/**
 * Completes and checks a scenario as read from `path`.
 * @param set overrides among it that must not go unheard
 * @throws InputError with file, line and column for all that is wrong with it
 */
export function resolveScenario(
  root: LocatedMap,
  path: string,
  files: ScenarioFiles,
  set: readonly string[] = [],
): Scenario {
  const checked = fileSchema.safeParse(toPlain(root));
  if (!checked.success) {
    const issues = checked.error.issues.filter((issue) => !isCompletedLater(issue, root));
    if (issues.length > 0) throw schemaError(issues, root, (at) => schemaKeys(fileSchema, at));
  }

  refuseUnheardOverrides(root, set);
  const shared = withoutKeys(root, ["systems", "explore", "worth"]);
  const parts = splitSystems(root, shared).map(({ name, located }) => ({
    name,
    located,
    input: parseSystem(located),
  }));
  const { input } = parts[0]!;
  const slo = resolveSlo(input.slo);
  const systems = parts.map((part) => resolveSystem(part.name, part.located, part.input, slo, files));
  checkRetries(shared, input.clients, systems);
  return {
    name: input.name ?? files.baseName(path).replace(/\.ya?ml$/i, ""),
    description: input.description ?? "",
    seed: input.seed,
    workload: resolveWorkload(shared, input, files),
    slo,
    sloPlace: placeOf(shared, ["slo", "by_class"]),
    clients: input.clients,
    margins: { warmupSeconds: input.measurement.warmup, drainSeconds: input.measurement.drain },
    marginsPlace: placeOf(shared, ["measurement"]),
    systems,
    comparesSystems: locatedAt(root, ["systems"]) !== undefined,
  };
}

/** What a system leaves out it may share with the others: it is checked again with all that it has. */
function isCompletedLater({ code, path }: z.core.$ZodIssue, root: Located): boolean {
  if (path[0] !== "systems" || path.length < 3) return false;
  const node = locatedAt(root, path as Path);
  return node === undefined || (code === "custom" && node.kind === "map");
}

function overrideMaps(overrides: ScenarioOverrides): LocatedMap[] {
  const { set = [], seed, trace, format, zeroOutput, failedRows, rate, flags: others = [] } = overrides;
  const flags: readonly (readonly [string, readonly string[], string | number | undefined])[] = [
    ["--trace", ["workload", "trace"], trace],
    ["--seed", ["seed"], seed],
    ["--format", ["workload", "format"], format],
    ["--zero-output", ["workload", "zero_output"], zeroOutput],
    ["--failed-rows", ["workload", "failed_rows"], failedRows],
    ["--rate", ["workload", "arrivals", "process"], rate && "poisson"],
    ["--rate", ["workload", "arrivals", "rate"], rate && `${rate}/s`],
    ...others,
  ];
  return [
    // First of all the trace: it may leave nothing of a synthetic workload, and settings refine what it brings.
    ...flags.flatMap(([flag, path, value]) => (value === undefined ? [] : [flagOverride(flag, path, value)])),
    ...set.map(parseOverride),
  ];
}

/** A `--set` that every system overrides would change nothing: say so instead of running as if it had. */
function refuseUnheardOverrides(root: Located, set: readonly string[]): void {
  const systems = locatedAt(root, ["systems"]);
  if (systems?.kind !== "map") return;
  for (const text of set) {
    const path = text.slice(0, text.indexOf("=")).trim().split(".");
    const overriding = [...systems.entries].filter(([, { node }]) => hides(node, path)).map(([name]) => name);
    if (path[0] === "systems" || overriding.length < systems.entries.size) continue;
    throw new InputError({
      file: "--set",
      key: path.join("."),
      message: `has no effect, as every system has its own (${overriding.join(", ")})`,
      expected: overriding.map((name) => `systems.${name}.${path.join(".")}`).join(" or "),
    });
  }
}

/** Whether a system's own settings replace what stands at the path below them. */
function hides(system: Located, path: readonly string[]): boolean {
  for (let depth = 1; depth <= path.length; depth++) {
    const own = locatedAt(system, path.slice(0, depth));
    if (own === undefined) return false;
    if (own.kind !== "map") return true;
  }
  return true;
}

/** The systems of a scenario, each with all that it shares with the others. */
function splitSystems(
  root: Located,
  shared: LocatedMap,
): { readonly name: string; readonly located: LocatedMap }[] {
  const systems = locatedAt(root, ["systems"]);
  if (systems === undefined) return [{ name: SOLE_SYSTEM, located: shared }];
  if (systems.kind !== "map" || systems.entries.size === 0) {
    throw new InputError(
      problemAt(root, ["systems"], { message: "names no system", expected: "a map of systems by name" }),
    );
  }
  return [...systems.entries].map(([name, { node }]) => ({
    name,
    located: node.kind === "map" ? (mergeLocated(shared, node) as LocatedMap) : shared,
  }));
}

function resolveWorkload(root: Located, { workload }: SystemInput, files: ScenarioFiles): Workload {
  if (workload.synthetic !== undefined) return { kind: "synthetic", spec: workload.synthetic };
  const talk = workload.closed_loop ?? workload.conversations;
  if (talk !== undefined) return { kind: "conversations", spec: talk };
  if (workload.servegen !== undefined) return resolveServegen(root, workload.servegen, files);
  const path = ["workload", "trace"];
  const file = resolveWrittenPath(root, path, workload.trace!, files);
  if (!files.exists(file))
    throw new InputError(problemAt(root, path, { message: "no such file", found: file }));
  return {
    kind: "trace",
    file,
    format: workload.format ?? "auto",
    zeroOutput: workload.zero_output ?? "refuse",
    failedRows: workload.failed_rows ?? "drop",
    arrivals: workload.arrivals,
    transforms: workload.transforms ?? [],
    ...(workload.sessions !== undefined && { sessions: workload.sessions }),
  };
}

function resolveServegen(
  root: Located,
  { clients, start, duration, rate_factor: rateFactor }: NonNullable<SystemInput["workload"]["servegen"]>,
  files: ScenarioFiles,
): Workload {
  return {
    kind: "servegen",
    clients: clients.map((written, i) => {
      const traceFile = resolveWrittenPath(root, ["workload", "servegen", "clients", i], written, files);
      const stem = traceFile.replace(/-trace\.csv$/, "");
      return { name: files.baseName(stem), traceFile, datasetFile: `${stem}-dataset.json` };
    }),
    options: {
      startSeconds: start,
      ...(duration !== undefined && { durationSeconds: duration }),
      rateFactor,
    },
  };
}

type WrittenTargets = Readonly<Record<string, number | undefined>>;

function resolveSlo({ by_class, ...targets }: SystemInput["slo"]): SloConfig {
  const byClass = by_class as Readonly<Record<string, WrittenTargets>> | undefined;
  const run = [...RUN_TARGETS].flatMap(([name, target]): RunTarget[] => {
    const seconds = targets[name];
    return seconds === undefined ? [] : [{ ...target, seconds }];
  });
  return {
    request: requestTargets(targets),
    ...(byClass !== undefined && {
      byClass: Object.fromEntries(Object.entries(byClass).map(([name, own]) => [name, requestTargets(own)])),
    }),
    run,
  };
}

function requestTargets(written: WrittenTargets): RequestTargets {
  return {
    ttftSeconds: written["ttft"],
    tpotSeconds: written["tpot"],
    maxTbtSeconds: written["max_tbt"],
    e2eSeconds: written["e2e"],
  };
}
