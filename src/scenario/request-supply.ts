import { InputError } from "../core/errors.ts";
import type { MeasurementWindow } from "../serving/config.ts";
import type { ArrivalSpec } from "../workload/arrivals/arrival-process.ts";
import { RequestDraft, type RequestSource, type RequestTable } from "../workload/request.ts";
import type { ServegenClient } from "../workload/servegen/client-files.ts";
import { createServegenSource, type ServegenOptions } from "../workload/servegen/servegen-source.ts";
import { createSyntheticSource, type SyntheticSpec } from "../workload/synthetic.ts";
import { createTableSource } from "../workload/table-source.ts";
import { createConversationSource, type ConversationSpec } from "../workload/clients/conversations.ts";
import { meanDurationSeconds } from "../workload/clients/durations.ts";
import { createTraceSessionSource, type TraceSessionsSpec } from "../workload/clients/trace-sessions.ts";
import { checkSchedulerClasses } from "../serving/schedulers/class-settings.ts";
import type { Place } from "./located.ts";
import type { MeasurementMargins, Replicas, Scenario, System } from "./scenario.ts";
import type { Workload } from "./workload.ts";

/** What requests are made of, as plain data from which every system's replay opens a source of its own. */
export type RequestSupply =
  | { readonly kind: "table"; readonly table: RequestTable }
  | { readonly kind: "synthetic"; readonly spec: SyntheticSpec; readonly seed: number }
  | { readonly kind: "conversations"; readonly spec: ConversationSpec; readonly seed: number }
  | {
      readonly kind: "sessions";
      readonly table: RequestTable;
      readonly spec: TraceSessionsSpec;
      readonly seed: number;
    }
  | ServegenSupply;

interface ServegenSupply {
  readonly kind: "servegen";
  readonly clients: readonly ServegenClient[];
  readonly options: ServegenOptions;
  readonly seed: number;
}

/**
 * @throws InputError for what the description cannot mean, as a start beyond the end of all ServeGen clients, or sessions
 * that contradict themselves
 */
export function openSource(supply: RequestSupply): RequestSource {
  switch (supply.kind) {
    case "table":
      return createTableSource(supply.table);
    case "synthetic":
      return createSyntheticSource(supply.spec, supply.seed);
    case "conversations":
      return createConversationSource(supply.spec, supply.seed);
    case "sessions":
      return createTraceSessionSource(supply.table, supply.spec, supply.seed);
    case "servegen":
      requireStartBeforeEnd(supply);
      return createServegenSource(supply.clients, supply.options, supply.seed);
  }
}

function requireStartBeforeEnd({ clients, options }: ServegenSupply): void {
  const { startSeconds = 0 } = options;
  const end = latestEndSeconds(clients);
  if (startSeconds < end) return;
  throw new InputError({
    key: "workload.servegen.start",
    message: "no client sends anything from there on:",
    found: `${startSeconds}s`,
    expected: `a time before ${end}s, where the longest client ends`,
  });
}

function latestEndSeconds(clients: readonly ServegenClient[]): number {
  return clients.reduce((latest, client) => Math.max(latest, client.endSeconds), 0);
}

/** How many requests there will be, where that is known beforehand. */
export function knownRequests(supply: RequestSupply): number | undefined {
  return openSource(supply).knownCount;
}

/**
 * Checks the parts of a scenario that only its requests can prove wrong.
 * @throws InputError for targets or ranks of a class that no request has, for a class without the target that a
 * scheduler goes by, for sessions that contradict themselves, and at the margins' place when these leave no request to
 * measure
 */
export function checkSupply(
  supply: RequestSupply,
  scenario: Pick<Scenario, "slo" | "sloPlace" | "margins" | "marginsPlace" | "systems" | "workload">,
): void {
  const source = openFrom(scenario.workload, supply);
  checkClasses(source, scenario);
  checkSchedulers(source, scenario);
  checkMargins(supply, scenario);
}

/** Names the trace in what is wrong with its requests. */
function openFrom(workload: Workload, supply: RequestSupply): RequestSource {
  try {
    return openSource(supply);
  } catch (error) {
    if (workload.kind !== "trace" || !(error instanceof InputError)) throw error;
    throw error.inFile(workload.file);
  }
}

function checkSchedulers(
  { classes }: RequestSource,
  { systems, slo }: Pick<Scenario, "systems" | "slo">,
): void {
  for (const { scheduler, schedulerPlace } of systems.flatMap(replicasOf)) {
    try {
      checkSchedulerClasses(scheduler, slo, classes);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(error.problems.map((problem) => ({ ...problem, ...schedulerPlace })));
    }
  }
}

function replicasOf(system: System): readonly Replicas[] {
  return system.pools ?? [system];
}

function checkClasses(
  { classes }: RequestSource,
  { slo, sloPlace }: Pick<Scenario, "slo" | "sloPlace">,
): void {
  const unknown = Object.keys(slo.byClass ?? {}).filter((name) => !classes.includes(name));
  if (unknown.length === 0) return;
  throw new InputError(
    unknown.map((found) => ({
      ...sloPlace,
      key: "slo.by_class",
      message: "no request is of the class",
      found,
      accepted: classes,
    })),
  );
}

function checkMargins(
  supply: RequestSupply,
  { margins, marginsPlace }: Pick<Scenario, "margins" | "marginsPlace">,
): void {
  const { warmupSeconds, drainSeconds } = margins;
  if (warmupSeconds === 0 && drainSeconds === 0) return;
  if (waitsForAnswers(supply)) {
    checkWaitingMargins(supply, margins, marginsPlace);
    return;
  }
  const { fromSeconds, untilSeconds } = measurementWindow(supply, margins);
  const source = openSource(supply);
  const draft = new RequestDraft();
  const first = source.nextArrivalSeconds;
  while (source.nextArrivalSeconds < Infinity) {
    source.take(draft);
    if (draft.arrivalSeconds >= fromSeconds && draft.arrivalSeconds < untilSeconds) return;
  }
  const span = draft.arrivalSeconds - first;
  throw new InputError({
    ...marginsPlace,
    key: "measurement",
    message: `no request is left to measure: a warmup of ${warmupSeconds} s and a drain of ${drainSeconds} s`,
    expected: `margins that leave some of the ${span} s from the first to the last arrival`,
  });
}

/** Requests that wait for others come when they come: only the time itself can have margins. */
function checkWaitingMargins(supply: WaitingSupply, margins: MeasurementMargins, place: Place): void {
  const { warmupSeconds, drainSeconds } = margins;
  const refuse = (message: string, expected: string) =>
    new InputError({ ...place, key: "measurement", message, expected });
  const end = endSeconds(supply);
  if (drainSeconds > 0 && end === Infinity) {
    throw refuse(
      "a drain needs to know when the clients stop sending",
      "a duration of the workload, or a warmup alone",
    );
  }
  if (warmupSeconds + drainSeconds >= end) {
    throw refuse(
      `no request is left to measure: a warmup of ${warmupSeconds} s and a drain of ${drainSeconds} s`,
      `margins that leave some of the ${end} s`,
    );
  }
}

type WaitingSupply = Extract<RequestSupply, { kind: "conversations" | "sessions" }>;

function waitsForAnswers(supply: RequestSupply): supply is WaitingSupply {
  return supply.kind === "conversations" || supply.kind === "sessions";
}

/** When the last request may be sent; Infinity where only its number ends the workload. */
function endSeconds(supply: WaitingSupply): number {
  return supply.kind === "sessions" ? Infinity : (supply.spec.durationSeconds ?? Infinity);
}

/** The arrivals that are measured: all but a margin after the first and one before the last arrival. */
export function measurementWindow(supply: RequestSupply, margins: MeasurementMargins): MeasurementWindow {
  const { warmupSeconds, drainSeconds } = margins;
  const first = openSource(supply).nextArrivalSeconds;
  const last = () => (waitsForAnswers(supply) ? endSeconds(supply) : lastArrivalSeconds(supply));
  return {
    fromSeconds: warmupSeconds === 0 ? 0 : first + warmupSeconds,
    untilSeconds: drainSeconds === 0 ? Infinity : last() - drainSeconds,
  };
}

const TIMELINE_SAMPLES = 400;

/** About the time of an engine step: between two of them nothing changes that a timeline shows. */
const SHORTEST_SPACING_SECONDS = 10e-3;

/** Spacing in seconds that gives a timeline of some 400 samples, fewer where the requests arrive almost at once. */
export function timelineSpacing(supply: RequestSupply): number {
  return Math.max(expectedSpanSeconds(supply) / TIMELINE_SAMPLES, SHORTEST_SPACING_SECONDS);
}

/** Seconds from the first to the last arrival, for a generated supply as its rates let expect. */
export function expectedSpanSeconds(supply: RequestSupply): number {
  switch (supply.kind) {
    case "table":
    case "sessions":
      return lastArrivalOf(supply.table) - supply.table.arrivalSeconds[0]!;
    case "conversations":
      return conversationSeconds(supply.spec);
    case "synthetic": {
      const { arrivals, requests = Infinity, durationSeconds = Infinity } = supply.spec;
      return Math.min(durationSeconds, requests / meanRatePerSecond(arrivals));
    }
    case "servegen": {
      const { durationSeconds, startSeconds = 0 } = supply.options;
      return durationSeconds ?? latestEndSeconds(supply.clients) - startSeconds;
    }
  }
}

function meanRatePerSecond(arrivals: ArrivalSpec): number {
  switch (arrivals.kind) {
    case "on-off": {
      const { onRatePerSecond, offRatePerSecond, meanOnSeconds, meanOffSeconds } = arrivals;
      const requests = onRatePerSecond * meanOnSeconds + offRatePerSecond * meanOffSeconds;
      return requests / (meanOnSeconds + meanOffSeconds);
    }
    case "diurnal":
      return arrivals.meanRatePerSecond;
    default:
      return arrivals.ratePerSecond;
  }
}

/** About the time of an answer: nobody knows it before the system is run. */
const ANSWER_SECONDS = 5;

function conversationSeconds({
  population,
  thinkTime,
  requests = Infinity,
  durationSeconds = Infinity,
}: ConversationSpec): number {
  const cycle = meanDurationSeconds(thinkTime) + ANSWER_SECONDS;
  const byNumber =
    population.kind === "closed"
      ? population.rampUpSeconds + (requests / population.users) * cycle
      : requests / meanRatePerSecond(population.arrivals);
  return Math.min(durationSeconds, byNumber);
}

function lastArrivalOf({ arrivalSeconds, length }: RequestTable): number {
  return arrivalSeconds[length - 1]!;
}

/** Draws a generated supply to its end: only its arrivals can tell. */
function lastArrivalSeconds(supply: RequestSupply): number {
  if (supply.kind === "table") return lastArrivalOf(supply.table);
  const source = openSource(supply);
  const draft = new RequestDraft();
  while (source.nextArrivalSeconds < Infinity) source.take(draft);
  return draft.arrivalSeconds;
}
