import { StepShape, type StepCost, type StepUse } from "../../perf/step-cost.ts";
import type { EngineConfig } from "../../serving/config.ts";
import { meanOf, type Strata } from "./strata.ts";
import type { TrafficProfile } from "./traffic-profile.ts";

/** From one batch size at which decodes are timed to the next. */
const BATCH_FACTOR = 3;

/** Shares of the budget at which steps with prompts are timed. */
const FILLS = [1 / 64, 1 / 16, 1 / 4, 1];

/** Batch sizes at which prompts are timed, beside no decodes and the largest batch: powers of this share of it. */
const PROMPT_BATCHES = 4;

/**
 * What the steps of one replica take under given traffic, asked of the step-cost model at a few batch sizes and read off
 * by linear interpolation. All `batch` arguments are decoding sequences, not necessarily whole, seconds are of one step
 * unless told.
 */
export class PhaseTimes {
  /** Sequences that decode at the same time at most. */
  readonly maxBatch: number;
  /** Tokens that a step may compute. */
  readonly budget: number;
  readonly #cost: StepCost;
  /** Only what `charges` asks about is ever read from it. */
  readonly #use: StepUse;
  readonly #shape: StepShape;
  readonly #meanContext: number;
  readonly #meanWindows: readonly number[];
  /** Mean tokens before a token of a prompt. */
  readonly #meanPosition: number;
  readonly #meanPrompt: number;
  readonly #threshold: number;

  /** Batch sizes 1, 3, 9, … and the largest, and the seconds of a step that only decodes. */
  readonly #batches: number[] = [];
  readonly #decode: number[] = [];
  /** Batch sizes from 0 to the largest at which prompts were timed. */
  readonly #promptBatches: number[] = [];
  /** Seconds of steps that use a 64th, a 16th, a quarter and all of what the decodes leave of the budget, per prompt batch. */
  readonly #filled: readonly number[][] = FILLS.map(() => []);
  /** Per prompt batch and stratum of prompts: seconds of all its steps, their number, seconds of the last one. */
  readonly #own = { seconds: [] as Float64Array[], steps: [] as Float64Array[], last: [] as Float64Array[] };
  /** Means over the strata, per prompt batch. */
  readonly #meanOwn: number[] = [];
  readonly #squareOwn: number[] = [];
  readonly #meanSteps: number[] = [];

  constructor(
    cost: StepCost,
    engine: EngineConfig,
    budget: number,
    maxBatch: number,
    traffic: TrafficProfile,
  ) {
    this.maxBatch = maxBatch;
    this.budget = budget;
    this.#cost = cost;
    this.#use = cost.openUse();
    this.#shape = new StepShape(cost.windowTokens.length, 1);
    this.#threshold = engine.longPrefillTokenThreshold > 0 ? engine.longPrefillTokenThreshold : Infinity;
    this.#meanPrompt = traffic.meanPromptTokens;
    this.#meanContext = meanOf(traffic.contexts);
    this.#meanWindows = cost.windowTokens.map((window) => meanOf(traffic.contexts, window));
    this.#meanPosition = traffic.squarePromptTokens / (2 * Math.max(1, traffic.meanPromptTokens));
    for (let batch = 1; batch < maxBatch; batch *= BATCH_FACTOR) this.#batches.push(batch);
    this.#batches.push(maxBatch);
    for (const batch of this.#batches) this.#decode.push(this.#seconds(batch, 0, 0));
    this.#timePrompts(traffic.prompts);
    this.besideBatches = this.#batches.map((batch) => this.promptsBeside(batch));
  }

  /** Batch sizes at which steps that only decode were timed, ascending from 1. */
  get batches(): readonly number[] {
    return this.#batches;
  }

  /** Steps with prompts at each of `batches`. */
  readonly besideBatches: readonly PromptSteps[];

  /** A step in which only decodes take part, at least one. */
  decodeSeconds(batch: number): number {
    return interpolate(this.#batches, this.#decode, batch);
  }

  /** Values at `batches`, interpolated. */
  between(values: readonly number[], batch: number): number {
    return interpolate(this.#batches, values, batch);
  }

  /** Tokens of prompts that a step takes beside so many decodes. */
  promptBudget(batch: number): number {
    return Math.max(1, this.budget - batch);
  }

  /** Steps with prompts at one batch size. */
  promptsBeside(batch: number): PromptSteps {
    const at = slotOf(this.#promptBatches, batch);
    const share = shareOf(this.#promptBatches, at, batch);
    const promptSeconds = between(this.#meanOwn, at, share);
    const promptSteps = between(this.#meanSteps, at, share);
    const filledSeconds: number[] = [];
    for (const seconds of this.#filled) filledSeconds.push(between(seconds, at, share));
    return {
      batch,
      promptSeconds,
      promptSteps,
      squareSeconds: between(this.#squareOwn, at, share),
      stepSeconds: promptSeconds / promptSteps,
      stepTokens: this.#meanPrompt / promptSteps,
      budget: this.promptBudget(batch),
      filledSeconds,
      decodeSeconds: batch > 0 ? this.decodeSeconds(batch) : 0,
    };
  }

  /** The same of one stratum of the prompts: all its steps, their number, the last one. */
  promptFigures(batch: number, stratum: number): PromptFigures {
    const at = slotOf(this.#promptBatches, batch);
    const share = shareOf(this.#promptBatches, at, batch);
    const { seconds, steps, last } = this.#own;
    return {
      seconds: blend(seconds, at, share, stratum),
      steps: blend(steps, at, share, stratum),
      lastSeconds: blend(last, at, share, stratum),
    };
  }

  /** Busy seconds of each resource of one device, then joules of the replica, for one step. */
  charges(batch: number, promptTokens: number): Float64Array {
    const use = this.#use;
    use.clear();
    this.#fill(batch, promptTokens, this.#contextOf(promptTokens));
    this.#cost.step(this.#shape, use);
    return this.#cost.charges(use);
  }

  /** Seconds that a step cannot beat. */
  rooflineSeconds(batch: number, promptTokens: number): number {
    this.#fill(batch, promptTokens, 0);
    return this.#cost.rooflineSeconds(this.#shape);
  }

  #timePrompts({ values: prompts, weights }: Strata): void {
    this.#promptBatches.push(0);
    for (let i = 1; i <= PROMPT_BATCHES; i++) {
      const batch = Math.round(this.maxBatch ** (i / PROMPT_BATCHES));
      if (batch > this.#promptBatches.at(-1)!) this.#promptBatches.push(batch);
    }
    for (const batch of this.#promptBatches) {
      const chunk = Math.min(this.promptBudget(batch), this.#threshold);
      FILLS.forEach((fill, i) => {
        const filled = Math.max(1, Math.round(fill * this.promptBudget(batch)));
        this.#filled[i]!.push(this.#seconds(batch, filled, this.#contextOf(filled)));
      });
      const own = new Float64Array(prompts.length);
      const steps = new Float64Array(prompts.length);
      const last = new Float64Array(prompts.length);
      for (let i = 0; i < prompts.length; i++) {
        const tokens = Math.round(prompts[i]!);
        const count = Math.ceil(tokens / chunk);
        steps[i] = count;
        last[i] = this.#seconds(batch, tokens - (count - 1) * chunk, (count - 1) * chunk);
        own[i] = last[i]!;
        if (count > 1)
          own[i]! += (count - 1) * this.#seconds(batch, chunk, Math.round((count / 2 - 1) * chunk));
      }
      this.#own.seconds.push(own);
      this.#own.steps.push(steps);
      this.#own.last.push(last);
      this.#meanOwn.push(dot(weights, own));
      this.#squareOwn.push(
        dot(
          weights,
          own.map((seconds) => seconds * seconds),
        ),
      );
      this.#meanSteps.push(dot(weights, steps));
    }
  }

  #contextOf(promptTokens: number): number {
    return Math.max(0, Math.round(this.#meanPosition - promptTokens / 2));
  }

  #seconds(batch: number, promptTokens: number, before: number): number {
    this.#fill(batch, promptTokens, before);
    return this.#cost.step(this.#shape, this.#use);
  }

  #fill(batch: number, promptTokens: number, before: number): void {
    const shape = this.#shape;
    shape.decodeSequences = batch;
    shape.decodeContextTokens = Math.round(batch * this.#meanContext);
    for (let i = 0; i < this.#meanWindows.length; i++) {
      shape.decodeWindowTokens[i] = Math.round(batch * this.#meanWindows[i]!);
    }
    shape.clearChunks();
    if (promptTokens > 0) shape.addChunk(promptTokens, before);
    shape.logitSequences = batch + shape.chunkCount;
  }
}

/** Prompts beside a number of decodes: means over the prompts, each alone. */
export interface PromptSteps {
  readonly batch: number;
  /** All steps of a prompt in seconds, their number, and the mean square of the seconds. */
  readonly promptSeconds: number;
  readonly promptSteps: number;
  readonly squareSeconds: number;
  /** One of those steps, and its prompt tokens. */
  readonly stepSeconds: number;
  readonly stepTokens: number;
  /** Prompt tokens for which a step has room. */
  readonly budget: number;
  /** Seconds of steps that use the shares `FILLS` of it, by one prompt or several. */
  readonly filledSeconds: readonly number[];
  /** A step without prompts; 0 without decodes. */
  readonly decodeSeconds: number;
}

/** Seconds of a step with so many prompt tokens, at most the budget. */
export function filledSeconds({ budget, filledSeconds: seconds }: PromptSteps, promptTokens: number): number {
  const fill = promptTokens / budget;
  let at = 0;
  while (at < FILLS.length - 2 && FILLS[at + 1]! <= fill) at++;
  const share = Math.min(1, Math.max(0, (fill - FILLS[at]!) / (FILLS[at + 1]! - FILLS[at]!)));
  return seconds[at]! + share * (seconds[at + 1]! - seconds[at]!);
}

/** Seconds of a step whose budget prompts fill up. */
export function fullSeconds({ filledSeconds: seconds }: PromptSteps): number {
  return seconds[FILLS.length - 1]!;
}

/** One stratum of prompts alone beside the decodes: all its steps in seconds, their number, the last one. */
export interface PromptFigures {
  readonly seconds: number;
  readonly steps: number;
  readonly lastSeconds: number;
}

function dot(weights: Float64Array, values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += weights[i]! * values[i]!;
  return sum;
}

function blend(rows: readonly Float64Array[], at: number, share: number, i: number): number {
  const low = rows[at]![i]!;
  return share === 0 ? low : low + share * (rows[at + 1]![i]! - low);
}

/** Slot of the largest sampled size that is not above `x`, and never the last one unless it is the only one. */
function slotOf(sizes: readonly number[], x: number): number {
  let at = 0;
  while (at < sizes.length - 2 && sizes[at + 1]! <= x) at++;
  return at;
}

/** How far `x` is from the size in a slot to the next one, from 0 to 1: sizes outside count as the nearest. */
function shareOf(sizes: readonly number[], at: number, x: number): number {
  if (sizes.length === 1) return 0;
  return Math.min(1, Math.max(0, (x - sizes[at]!) / (sizes[at + 1]! - sizes[at]!)));
}

function interpolate(sizes: readonly number[], values: readonly number[], x: number): number {
  const at = slotOf(sizes, x);
  return between(values, at, shareOf(sizes, at, x));
}

function between(values: readonly number[], at: number, share: number): number {
  return share === 0 ? values[at]! : values[at]! + share * (values[at + 1]! - values[at]!);
}
