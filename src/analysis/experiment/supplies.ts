import { InputError } from "../../core/errors.ts";
import type { RequestSupply } from "../../scenario/request-supply.ts";
import type { ArrivalSpec } from "../../workload/arrivals/arrival-process.ts";
import type { ConversationSpec } from "../../workload/clients/conversations.ts";
import type { LengthSpec } from "../../workload/lengths/length-sampler.ts";
import type { RequestTable } from "../../workload/request.ts";
import { selectRows } from "../../workload/request-table.ts";
import { scaleRate } from "../../workload/transforms/rate-scale.ts";

/**
 * The same requests `factor` times as fast, and as many of them: times shrink as rates grow. Draws stay the same, so that
 * loads can be compared request by request.
 * @throws InputError for a fixed number of users, who send as fast as they are answered
 */
export function atRateFactor(supply: RequestSupply, factor: number): RequestSupply {
  switch (supply.kind) {
    case "table":
    case "sessions":
      return { ...supply, table: scaleRate(supply.table, factor) };
    case "synthetic": {
      const { arrivals } = supply.spec;
      return {
        ...supply,
        spec: { ...endingSooner(supply.spec, factor), arrivals: faster(arrivals, factor) },
      };
    }
    case "conversations": {
      const { population } = supply.spec;
      if (population.kind === "closed") {
        throw new InputError({
          key: "workload.closed_loop",
          message: "the rate of a fixed number of users is theirs to choose",
          expected: "a search for the number of users (ador capacity --users)",
        });
      }
      const arrivals = faster(population.arrivals, factor);
      return {
        ...supply,
        spec: { ...endingSooner(supply.spec, factor), population: { kind: "open", arrivals } },
      };
    }
    case "servegen": {
      const { rateFactor = 1 } = supply.options;
      return { ...supply, options: { ...supply.options, rateFactor: rateFactor * factor } };
    }
  }
}

/** The same kind of requests drawn with another seed; a trace as it is. */
export function reseeded(supply: RequestSupply, seed: number): RequestSupply {
  return supply.kind === "table" ? supply : { ...supply, seed };
}

/** Whether another seed draws other requests. */
export function isDrawn({ kind }: RequestSupply): boolean {
  return kind !== "table";
}

/** Fewer requests than this make no section of a trace. */
const SHORTEST_SECTION = 50;

/** Consecutive sections of a trace, equal in number of requests; none of a trace too short, or of what is drawn. */
export function sectionsOf(supply: RequestSupply, count: number): RequestSupply[] {
  if (supply.kind !== "table" || supply.table.length < count * SHORTEST_SECTION) return [];
  const { table } = supply;
  const start = (section: number) => Math.floor((section * table.length) / count);
  return Array.from({ length: count }, (_, i) => ({
    ...supply,
    table: rowsOf(table, start(i), start(i + 1)),
  }));
}

function rowsOf(table: RequestTable, from: number, to: number): RequestTable {
  const rows = Int32Array.from({ length: to - from }, (_, i) => from + i);
  const origin = table.arrivalSeconds[from]!;
  return selectRows(
    table,
    rows,
    Float64Array.from(rows, (row) => table.arrivalSeconds[row]! - origin),
  );
}

/** So many users who think between their requests, with the prompts and answers of a supply, each drawn by itself. */
export function withUsers(
  supply: RequestSupply,
  users: number,
  think: ConversationSpec["thinkTime"] | undefined,
): RequestSupply {
  const spec = conversationSpec(supply, think);
  return {
    kind: "conversations",
    spec: { ...spec, population: { kind: "closed", users, rampUpSeconds: 0 } },
    seed: supply.kind === "table" ? 0 : supply.seed,
  };
}

function conversationSpec(
  supply: RequestSupply,
  think: ConversationSpec["thinkTime"] | undefined,
): Omit<ConversationSpec, "population"> {
  const known = supply.kind === "conversations" ? supply.spec.thinkTime : undefined;
  const thinkTime = think ?? known;
  if (thinkTime === undefined) {
    throw new InputError({
      file: "--users",
      message: "nothing says how long users think between an answer and the next request",
      expected: "--think-time 10s, or a scenario with workload.closed_loop",
    });
  }
  switch (supply.kind) {
    case "conversations":
      return { ...supply.spec, thinkTime };
    case "synthetic": {
      const { arrivals: _open, ...spec } = supply.spec;
      return { ...spec, thinkTime };
    }
    case "table":
    case "sessions":
      return {
        input: { kind: "empirical", values: [...supply.table.inputTokens] },
        output: { kind: "empirical", values: [...supply.table.outputTokens] },
        ...{ requests: supply.table.length, thinkTime },
      };
    case "servegen":
      throw new InputError({
        file: "--users",
        message: "ServeGen clients have lengths that change with time",
        expected: "a trace, or workload.synthetic or workload.closed_loop",
      });
  }
}

/** The same requests with prompts `factor` times as long, at least one token. */
export function withPromptFactor(supply: RequestSupply, factor: number): RequestSupply {
  switch (supply.kind) {
    case "table":
    case "sessions": {
      const inputTokens = supply.table.inputTokens.map((tokens) => scaled(tokens, factor));
      return { ...supply, table: { ...supply.table, inputTokens } };
    }
    case "synthetic":
    case "conversations": {
      const { input, classes } = supply.spec;
      const longer = classes?.map((of) =>
        of.input === undefined ? of : { ...of, input: longerLengths(of.input, factor) },
      );
      const lengths = {
        input: longerLengths(input, factor),
        ...(longer !== undefined && { classes: longer }),
      };
      return supply.kind === "synthetic"
        ? { ...supply, spec: { ...supply.spec, ...lengths } }
        : { ...supply, spec: { ...supply.spec, ...lengths } };
    }
    case "servegen":
      throw new InputError({
        file: "--sweep",
        key: "context",
        message: "prompts of ServeGen clients cannot be scaled",
        expected: "a trace, or workload.synthetic",
      });
  }
}

function longerLengths(spec: LengthSpec, factor: number): LengthSpec {
  const times = (tokens: number) => scaled(tokens, factor);
  switch (spec.kind) {
    case "fixed":
      return { ...spec, tokens: times(spec.tokens) };
    case "uniform":
    case "zipf":
      return { ...spec, min: times(spec.min), max: times(spec.max) };
    case "lognormal":
      return {
        ...{ ...spec, median: spec.median * factor },
        ...(spec.min !== undefined && { min: times(spec.min) }),
        ...(spec.max !== undefined && { max: times(spec.max) }),
      };
    case "empirical":
      return { ...spec, values: spec.values.map(times) };
  }
}

function scaled(tokens: number, factor: number): number {
  return Math.max(1, Math.round(tokens * factor));
}

function endingSooner<Spec extends { readonly durationSeconds?: number | undefined }>(
  spec: Spec,
  factor: number,
): Spec {
  return spec.durationSeconds === undefined
    ? spec
    : { ...spec, durationSeconds: spec.durationSeconds / factor };
}

function faster(arrivals: ArrivalSpec, factor: number): ArrivalSpec {
  switch (arrivals.kind) {
    case "on-off":
      return {
        ...arrivals,
        onRatePerSecond: arrivals.onRatePerSecond * factor,
        offRatePerSecond: arrivals.offRatePerSecond * factor,
        meanOnSeconds: arrivals.meanOnSeconds / factor,
        meanOffSeconds: arrivals.meanOffSeconds / factor,
      };
    case "diurnal": {
      const { meanRatePerSecond, periodSeconds, phaseSeconds } = arrivals;
      return {
        ...{
          ...arrivals,
          meanRatePerSecond: meanRatePerSecond * factor,
          periodSeconds: periodSeconds / factor,
        },
        ...(phaseSeconds !== undefined && { phaseSeconds: phaseSeconds / factor }),
      };
    }
    default:
      return { ...arrivals, ratePerSecond: arrivals.ratePerSecond * factor };
  }
}
