import { quantileOfSorted } from "../../../core/quantiles.ts";
import { GRAPH_GAP_SECONDS } from "../../../hardware/conditions.ts";
import { layerCount } from "../../../models/llm-model.ts";
import {
  Segment,
  type ProfileGrid,
  type ProfileLine,
  type StepProfile,
} from "../../../perf/profile/step-profile.ts";
import type { MeasurementFolder } from "../dataset.ts";
import { readMeasuredRows, type MeasuredRow } from "../measured-rows.ts";
import { secondsAlone } from "../operator-seconds.ts";
import { MeasuredSystems } from "../systems.ts";
import type { ServingEngine } from "./serving-engines.ts";

const LAYERS = "op-llmservingsim-layers.csv";
const ATTENTION = "op-llmservingsim-attention.csv";

/** How often a profiled layer runs in one layer of the model; what runs once a step is told apart. */
const PER_LAYER: Readonly<Record<string, number>> = {
  ...{
    layernorm: 2,
    qkv_proj: 1,
    qk_norm: 1,
    rotary_emb: 1,
    o_proj: 1,
    gate_up_proj: 1,
    act_fn: 1,
    down_proj: 1,
  },
};
const PER_STEP = ["embedding", "final_layernorm"];
const PER_SEQUENCE = ["lm_head", "sampler"];
/** The profiler whose layers are those of vLLM. */
const PROFILER = "v1";

/**
 * Profiles of steps from layers and attention that were measured kernel by kernel on the device of a run
 * (casys-kaist/LLMServingSim). Not measured, and taken from the model: what devices exchange, gaps between kernels in a
 * graph, and the host's work.
 */
export class MeasuredProfiles {
  readonly #systems = new MeasuredSystems();
  readonly #layers: readonly MeasuredRow[];
  readonly #attention: readonly MeasuredRow[];

  constructor(folder: MeasurementFolder) {
    this.#layers = rowsOf(folder, LAYERS, ["gpu", "model", "tp", "layer", "tokens", "time_us", "profiler"]);
    this.#attention = rowsOf(folder, ATTENTION, [
      ...[
        "gpu",
        "model",
        "tp",
        "prefill_chunk",
        "kv_prefill",
        "n_decode",
        "kv_decode",
        "time_us",
        "profiler",
      ],
    ]);
  }

  /** The profile of a model on so many devices; undefined where not all its layers were measured. */
  find(
    gpu: string,
    model: string,
    tensorParallel: number,
    { hostSecondsPerStep }: ServingEngine,
  ): StepProfile | undefined {
    const isOf = (row: MeasuredRow): boolean =>
      row.text("profiler").startsWith(PROFILER) &&
      row.number("tp") === tensorParallel &&
      row.text("model") === model &&
      this.#systems.presetName(row.text("gpu")) === this.#systems.presetName(gpu);
    const layers = this.#layers.filter(isOf);
    const attention = this.#attention.filter(isOf);
    if (layers.length === 0 || attention.length === 0) return undefined;
    const depth = layerCount(this.#systems.model(gpu, model));
    const exchanged = (part: "tokens" | "logits") => this.#exchangeSeconds(gpu, model, tensorParallel, part);
    const tokens = this.#sum(layers, tokenWeights(depth), exchanged("tokens"));
    const logits = this.#sum(layers, sequenceWeights(), exchanged("logits"));
    return tokens === undefined || logits === undefined
      ? undefined
      : { step: hostSecondsPerStep, tokens, logits, ...attentionGrids(attention, depth) };
  }

  /** Layers with their weights at every count at which all of them were measured, and `more` seconds at each. */
  #sum(
    rows: readonly MeasuredRow[],
    weights: ReadonlyMap<string, number>,
    more: (count: number) => number,
  ): ProfileLine | undefined {
    const secondsAt = new Map<number, number>();
    const known = rows.filter((row) => weights.has(row.text("layer")));
    const names = [...new Set(known.map((row) => row.text("layer")))];
    if (names.length < REQUIRED_LAYERS.filter((name) => weights.has(name)).length) return undefined;
    for (const row of known) {
      const count = row.positive("tokens");
      const seconds = row.positive("time_us") / 1e6 + GRAPH_GAP_SECONDS;
      secondsAt.set(count, (secondsAt.get(count) ?? 0) + weights.get(row.text("layer"))! * seconds);
    }
    const at = [...secondsAt.keys()]
      .filter((count) => known.filter((row) => row.number("tokens") === count).length === names.length)
      .sort((a, b) => a - b);
    return { at, seconds: at.map((count) => secondsAt.get(count)! + more(count)) };
  }

  /** What the devices of a step exchange, by the model. */
  #exchangeSeconds(
    gpu: string,
    model: string,
    tensorParallel: number,
    part: "tokens" | "logits",
  ): (count: number) => number {
    const { beforeAttention, afterAttention, logits } = this.#systems.operators(gpu, model, tensorParallel);
    const machine = this.#systems.machine(gpu, tensorParallel);
    const operators = part === "logits" ? logits : [...beforeAttention, ...afterAttention];
    const collectives = operators.filter(({ kind }) => !["product", "elementwise", "experts"].includes(kind));
    return (count) =>
      collectives.reduce((sum, operator) => sum + operator.count * secondsAlone(machine, operator, count), 0);
  }
}

/** Layers without which a step would not be whole; norms of queries and keys are not in every model. */
const REQUIRED_LAYERS = [
  ...["layernorm", "qkv_proj", "rotary_emb", "o_proj", "gate_up_proj", "act_fn", "down_proj"],
  ...[...PER_STEP, ...PER_SEQUENCE],
];

function tokenWeights(depth: number): ReadonlyMap<string, number> {
  const layers = Object.entries(PER_LAYER).map(([name, count]) => [name, count * depth] as const);
  return new Map([...layers, ...PER_STEP.map((name) => [name, 1] as const)]);
}

function sequenceWeights(): ReadonlyMap<string, number> {
  return new Map(PER_SEQUENCE.map((name) => [name, 1]));
}

interface AttentionPoint {
  readonly chunk: number;
  readonly cached: number;
  readonly sequences: number;
  readonly context: number;
  readonly seconds: number;
}

/** Attention of all `depth` layers; beside a prompt, what decodes add to the time of the prompt alone. */
function attentionGrids(
  rows: readonly MeasuredRow[],
  depth: number,
): Pick<StepProfile, "decode" | "decodeMixed" | "prefill"> {
  const points = rows.map((row): AttentionPoint => ({
    ...{ chunk: row.number("prefill_chunk"), cached: row.number("kv_prefill") },
    ...{ sequences: row.number("n_decode"), context: row.number("kv_decode") },
    seconds: depth * (row.positive("time_us") / 1e6 + GRAPH_GAP_SECONDS),
  }));
  const prefill = gridOf(
    points
      .filter(({ sequences }) => sequences === 0)
      .map(({ chunk, cached, seconds }) => ({ count: chunk, context: cached, seconds })),
  );
  const alone = new Segment();
  const added = points
    .filter(({ chunk, sequences }) => chunk > 0 && sequences > 0)
    .map(({ chunk, cached, sequences, context, seconds }) => ({
      ...{ count: sequences, context },
      seconds: Math.max(0, seconds - alone.ofGrid(prefill, chunk, cached).seconds),
    }));
  return {
    decode: gridOf(
      points
        .filter(({ chunk }) => chunk === 0)
        .map(({ sequences, context, seconds }) => ({ count: sequences, context, seconds })),
    ),
    ...(added.length > 0 && { decodeMixed: gridOf(added) }),
    prefill,
  };
}

interface GridPoint {
  readonly count: number;
  readonly context: number;
  readonly seconds: number;
}

/** The median of all points of equal counts. */
function gridOf(points: readonly GridPoint[]): ProfileGrid {
  const at = ascending(points.map(({ count }) => count));
  return {
    at,
    lines: at.map((count) => {
      const own = points.filter((point) => point.count === count);
      const contexts = ascending(own.map(({ context }) => context));
      const secondsAt = (context: number) => {
        const same = own.filter((point) => point.context === context);
        return quantileOfSorted(Float64Array.from(same, ({ seconds }) => seconds).sort(), 0.5);
      };
      return { at: contexts, seconds: contexts.map(secondsAt) };
    }),
  };
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function rowsOf(folder: MeasurementFolder, file: string, columns: readonly string[]): MeasuredRow[] {
  const text = folder.readText(file);
  return text === undefined ? [] : readMeasuredRows(text, columns);
}
