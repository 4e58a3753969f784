/** What a step keeps busy, in the order of the `charges` arrays. */
export const RESOURCES = ["sa", "mac_tree", "vector", "dram", "noc", "p2p"] as const;
export type Resource = (typeof RESOURCES)[number];

/** Slot of each resource in a `charges` array. */
export const RESOURCE_INDEX = {
  sa: 0,
  mac_tree: 1,
  vector: 2,
  dram: 3,
  noc: 4,
  p2p: 5,
} as const satisfies Record<Resource, number>;

/** Slot of the replica's dynamic energy in joules in a `charges` array. */
export const ENERGY_CHARGE = RESOURCES.length;

/**
 * Slots that tell what would be different if products left the trees to the attention of decoding sequences: seconds that they
 * would take longer, busy seconds that arrays would have more and trees less, and joules more.
 */
export const IF_YIELDED = {
  seconds: ENERGY_CHARGE + 1,
  sa: ENERGY_CHARGE + 2,
  mac_tree: ENERGY_CHARGE + 3,
  joules: ENERGY_CHARGE + 4,
} as const;

/** Slots of a `charges` array: busy seconds per resource of one device, energy, and what would be different. */
export const CHARGE_COUNT = ENERGY_CHARGE + 5;

/**
 * What one engine step (iteration) processes, as totals and never as a list of decode requests. Mutable, and reused
 * from step to step by its one owner.
 */
export class StepShape {
  /** Sequences that decode: one new token each. */
  decodeSequences = 0;
  /** Σ over the decode sequences of the tokens attended to, the new one included. */
  decodeContextTokens = 0;
  /** The same sum with each term cut at the window, per window class of the model. */
  readonly decodeWindowTokens: Float64Array;
  /** Sequences whose last computed token yields an output token: all decodes and every prefill that ends here. */
  logitSequences = 0;
  chunkCount = 0;
  /** New prompt tokens of each prefill chunk. */
  readonly chunkNewTokens: Int32Array;
  /** Tokens of the same sequence computed before the chunk. */
  readonly chunkContextTokens: Int32Array;

  constructor(windowClassCount: number, maxChunks: number) {
    this.decodeWindowTokens = new Float64Array(windowClassCount);
    this.chunkNewTokens = new Int32Array(maxChunks);
    this.chunkContextTokens = new Int32Array(maxChunks);
  }

  clearChunks(): void {
    this.chunkCount = 0;
  }

  addChunk(newTokens: number, contextTokens: number): void {
    this.chunkNewTokens[this.chunkCount] = newTokens;
    this.chunkContextTokens[this.chunkCount] = contextTokens;
    this.chunkCount++;
  }
}

/**
 * Cost of consecutive decode steps with the same sequences: linear in the step index j = 0, 1, … while `steps` lasts.
 * Step j takes `seconds + j · secondsPerStep`.
 */
export class DecodeRamp {
  /** Number of steps for which the linear form is exact, at least 1; Infinity when nothing ever changes it. */
  steps = 0;
  seconds = 0;
  secondsPerStep = 0;
  /** The roofline of step j (`rooflineSeconds`) is the larger of these two lines, by peak compute and peak bandwidth. */
  peakComputeSeconds = 0;
  peakComputeSecondsPerStep = 0;
  peakMemorySeconds = 0;
  peakMemorySecondsPerStep = 0;

  /** Seconds that step j cannot beat. */
  rooflineSeconds(j: number): number {
    return Math.max(
      this.peakComputeSeconds + j * this.peakComputeSecondsPerStep,
      this.peakMemorySeconds + j * this.peakMemorySecondsPerStep,
    );
  }
}

/** How much the fullest device has to do in a step; `stageTokens` is never less than the other two. */
export interface StepCounts {
  readonly tokens: number;
  readonly stageTokens: number;
  readonly logits: number;
}

/** Counts of tokens for which there is room from the start. */
const FIRST_ROWS = 512;

/**
 * What the steps of one replica have used, as counts that a cost model turns into busy seconds and joules when asked:
 * a step adds a handful of numbers instead of pricing every resource. Filled and read by the cost model alone.
 */
export class StepUse {
  /** Steps by how many tokens they computed, and by how many sequences needed logits. */
  tokenSteps = new Float64Array(FIRST_ROWS);
  logitSteps = new Float64Array(FIRST_ROWS);
  /** The same by the tokens of a whole pipeline stage, which its experts share. */
  stageTokenSteps = new Float64Array();
  /** Σ over steps without prompt tokens of their decoding sequences. */
  decodes = 0;
  /** The same sum of the tokens attended to, per attention group of the model. */
  readonly contextTokens: Float64Array;
  /** What was priced at once, as in `StepCost.charges`. */
  readonly charges = new Float64Array(CHARGE_COUNT);
  readonly #hasExperts: boolean;

  constructor(attentionGroups: number, hasExperts: boolean) {
    this.contextTokens = new Float64Array(attentionGroups);
    this.#hasExperts = hasExperts;
    if (hasExperts) this.stageTokenSteps = new Float64Array(FIRST_ROWS);
  }

  /** Steps counted so far. */
  get steps(): number {
    return this.tokenSteps.reduce((sum, steps) => sum + steps, 0);
  }

  /** Forgets all steps. */
  clear(): void {
    this.tokenSteps.fill(0);
    this.logitSteps.fill(0);
    this.stageTokenSteps.fill(0);
    this.decodes = 0;
    this.contextTokens.fill(0);
    this.charges.fill(0);
  }

  /** `steps` steps gave the fullest device so much to do. */
  count({ tokens, stageTokens, logits }: StepCounts, steps: number): void {
    if (stageTokens >= this.tokenSteps.length) this.#grow(stageTokens);
    this.tokenSteps[tokens]! += steps;
    if (this.#hasExperts) this.stageTokenSteps[stageTokens]! += steps;
    this.logitSteps[logits]! += steps;
  }

  #grow(index: number): void {
    const length = Math.max(index + 1, 2 * this.tokenSteps.length);
    this.tokenSteps = grown(this.tokenSteps, length);
    if (this.#hasExperts) this.stageTokenSteps = grown(this.stageTokenSteps, length);
    this.logitSteps = grown(this.logitSteps, length);
  }
}

function grown(counts: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(counts);
  return larger;
}

/** One operator of one step, for people. */
export interface OperatorCost {
  readonly operator: string;
  /** Unit or units it is mapped to, e.g. `sa`, `mac_tree`, `sa+mac_tree`, `p2p`. */
  readonly unit: string;
  /** The mapping, as far as the device tells; see `OperatorMapping`. */
  readonly dataflow: string | null;
  readonly partition: string | null;
  readonly tile: string | null;
  /** Times the operator runs in the step (usually the number of layers). */
  readonly count: number;
  /** All of the following are totals over `count`, per device. Elementwise operators count vector operations. */
  readonly flops: number;
  /** Bytes per level: memory, on-chip network and shared SRAM (or L2), local SRAM of the cores, links. */
  readonly dramBytes: number;
  readonly networkBytes: number;
  readonly localBytes: number;
  readonly linkBytes: number;
  readonly seconds: number;
  /** Busy seconds of each resource; more than `seconds` where part of them hides behind the operator before. */
  readonly busySeconds: Readonly<Record<Resource, number>>;
  /** Busy seconds of the local SRAM that feeds the units. */
  readonly localSeconds: number;
  /** What takes longest: a resource, `local_sram`, `launch`, `link latency`, `host`; or `hidden` where it adds no time. */
  readonly bound: string;
  /** Share (0..1) of the seconds in which the busiest resource is busy; null where it adds no time. */
  readonly boundUtilization: number | null;
  /** FLOPs over what all matrix units could do in the seconds (0..1); null for operators that run on other units. */
  readonly peakUtilization: number | null;
  /** Dynamic energy of all devices of the replica. */
  readonly joules: number;
}

/** The compiled cost of a step on one replica (tensor-parallel devices in lockstep). Deterministic and pure. */
export interface StepCost {
  /** Distinct sliding windows in tokens, ascending: the classes of `StepShape.decodeWindowTokens`. */
  readonly windowTokens: readonly number[];
  /** An empty account of what steps use. */
  openUse(): StepUse;
  /** Seconds of one step, which is added to `use`. Never 0: a step of no length would stall the clock. */
  step(shape: StepShape, use: StepUse): number;
  /**
   * Cost of the decode-only step `shape` (at least one sequence) and of its successors, in which every sequence grows by a token: Σ context
   * grows by `decodeSequences` a step, and the window sums by `windowGrowth[class]` (sequences still inside the window;
   * the caller ends the ramp before one crosses). At j = 0 it equals `step` up to rounding.
   */
  decodeRamp(shape: StepShape, windowGrowth: Float64Array, ramp: DecodeRamp): void;
  /** Adds the first `steps` ≥ 1 steps of the ramp that `decodeRamp` gives for the same arguments to `use`. */
  useRamp(shape: StepShape, windowGrowth: Float64Array, steps: number, use: StepUse): void;
  /** Busy seconds of each resource of one device, joules of the replica and so on (CHARGE_COUNT values), for all in `use`. */
  charges(use: StepUse): Float64Array;
  /**
   * Lower bound in seconds by peak compute and peak bandwidth alone (no efficiency, launch or host time): weights read
   * once, KV read once. `step` is never below it.
   */
  rooflineSeconds(shape: StepShape): number;
  /** Of the seconds of a step those in which the host keeps the devices waiting. */
  hostSeconds(shape: StepShape): number;
  /** Of the seconds of a step those in which its devices only exchange data. */
  collectiveSeconds(shape: StepShape): number;
  /**
   * The same step operator by operator, in execution order. Seconds, busy seconds and joules add up to what `step`
   * answers and `charges` tells; work that hides behind an operator before it counts there with what it adds.
   */
  explain(shape: StepShape): readonly OperatorCost[];
}
