import type { Parallelism } from "../models/parallelism.ts";
import { BatchDeal } from "./batch-deal.ts";
import { explainStep } from "./explain.ts";
import {
  AttentionWork,
  decodeLineSeconds,
  LINE_FIELDS,
  type AttentionKernel,
  type Machine,
} from "./machine.ts";
import { isCollective, type AttentionGroup, type StepOperators, type TokenMixer } from "./operators.ts";
import { Roofline } from "./roofline.ts";
import {
  CHARGE_COUNT,
  type DecodeRamp,
  type OperatorCost,
  StepUse,
  type StepCost,
  type StepShape,
} from "./step-cost.ts";
import { SpareTime, yieldTrees } from "./spare-time.ts";
import { StepTable } from "./step-table.ts";
import { streamKernel } from "./stream-kernel.ts";

/** Seconds of a step: of every step, of all but attention, of LM head and sampling, of attention. */
export interface StepParts {
  readonly step: number;
  readonly tokens: number;
  readonly logits: number;
  readonly attention: number;
}

/** Attention of one group of layers. */
interface CompiledGroup {
  readonly group: AttentionGroup;
  readonly kernel: AttentionKernel;
  /** The kernel's decode lines by number of sequences, worked out on first use. */
  readonly lines: (Float64Array | undefined)[];
}

/**
 * Step cost of one replica: tables over the token count and over the logit count, and attention in closed form over
 * the sums of the batch shape. Nothing is allocated while a simulation queries it, but for rows of the tables.
 */
export class CompiledStepCost implements StepCost {
  readonly windowTokens: readonly number[];
  readonly #machine: Machine;
  readonly #operators: StepOperators;
  readonly #groups: readonly CompiledGroup[];
  readonly #deal: BatchDeal;
  readonly #tokenTable: StepTable;
  readonly #expertTable: StepTable | undefined;
  readonly #logitTable: StepTable;
  readonly #roofline: Roofline;
  /** The devices of the replica exchange data in a step. */
  readonly #exchanges: boolean;
  readonly #work = new AttentionWork();
  /** What the products of the step in hand leave to attention of decoding sequences. */
  readonly #spare = new SpareTime();

  constructor(
    machine: Machine,
    operators: StepOperators,
    windowTokens: readonly number[],
    { pipelineParallel, dataParallelAttention }: Parallelism,
  ) {
    this.#machine = machine;
    this.#operators = operators;
    this.windowTokens = windowTokens;
    this.#deal = new BatchDeal(pipelineParallel, dataParallelAttention);
    this.#groups = operators.attentionGroups.map((group) => {
      return { group, kernel: kernelOf(machine, group.mixer), lines: [] };
    });
    const { beforeAttention, afterAttention, experts, logits } = operators;
    // Nothing after attention hides behind what came before it.
    this.#tokenTable = new StepTable(machine, [beforeAttention, afterAttention]);
    this.#expertTable = experts.length === 0 ? undefined : new StepTable(machine, [experts]);
    this.#logitTable = new StepTable(machine, [logits]);
    this.#exchanges = [beforeAttention, afterAttention, experts, logits].flat().some(isCollective);
    this.#roofline = new Roofline(machine, operators, this.#deal);
  }

  openUse(): StepUse {
    return new StepUse(this.#groups.length, this.#expertTable !== undefined);
  }

  step(shape: StepShape, use: StepUse): number {
    const deal = this.#deal;
    deal.ofStep(shape);
    use.count(deal, 1);
    let seconds = this.#machine.hostSeconds + this.#tableSeconds(deal);
    const groups = this.#groups;
    if (shape.chunkCount > 0) {
      this.#openSpare(deal);
      for (let g = 0; g < groups.length; g++) seconds += this.#mixedSeconds(groups[g]!, shape, use.charges);
      const { yieldedShare } = this.#spare;
      if (yieldedShare > 0) {
        yieldTrees(use.charges, this.#tokenTable.chargesOf(deal.tokens), yieldedShare);
        if (this.#expertTable !== undefined)
          yieldTrees(use.charges, this.#expertTable.chargesOf(deal.stageTokens), yieldedShare);
      }
      return seconds;
    }
    if (shape.decodeSequences === 0) return seconds;
    use.decodes += deal.decodes;
    for (let g = 0; g < groups.length; g++) {
      const { layers, windowClass } = groups[g]!.group;
      const context = contextOf(shape, windowClass) * deal.decodeShare;
      use.contextTokens[g]! += context;
      seconds += layers * decodeLineSeconds(linesOf(groups[g]!, deal.decodes), context);
    }
    return seconds;
  }

  decodeRamp(shape: StepShape, windowGrowth: Float64Array, ramp: DecodeRamp): void {
    const sequences = shape.decodeSequences;
    const deal = this.#deal;
    deal.ofDecodes(sequences);
    const { decodes, decodeShare } = deal;
    let seconds = this.#machine.hostSeconds + this.#tableSeconds(deal);
    let secondsPerStep = 0;
    let steps = Infinity;
    const groups = this.#groups;
    for (let g = 0; g < groups.length; g++) {
      const { layers, windowClass } = groups[g]!.group;
      const lines = linesOf(groups[g]!, decodes);
      const context = contextOf(shape, windowClass) * decodeShare;
      const growth = (windowClass < 0 ? sequences : windowGrowth[windowClass]!) * decodeShare;
      const line = steepestTopLine(lines, context);
      const slope = lines[line + 1]!;
      seconds += layers * (lines[line]! + slope * context);
      secondsPerStep += layers * slope * growth;
      if (lines.length > LINE_FIELDS) steps = Math.min(steps, stepsOnLine(lines, line, context, growth));
    }
    ramp.steps = steps;
    ramp.seconds = seconds;
    ramp.secondsPerStep = secondsPerStep;
    this.#roofline.ramp(shape, windowGrowth, ramp);
  }

  useRamp(shape: StepShape, windowGrowth: Float64Array, steps: number, use: StepUse): void {
    const sequences = shape.decodeSequences;
    const deal = this.#deal;
    deal.ofDecodes(sequences);
    use.count(deal, steps);
    use.decodes += steps * deal.decodes;
    const sumOfIndex = (steps * (steps - 1)) / 2;
    const groups = this.#groups;
    for (let g = 0; g < groups.length; g++) {
      const { windowClass } = groups[g]!.group;
      const growth = windowClass < 0 ? sequences : windowGrowth[windowClass]!;
      const context = steps * contextOf(shape, windowClass) + sumOfIndex * growth;
      use.contextTokens[g]! += context * deal.decodeShare;
    }
  }

  charges(use: StepUse): Float64Array {
    const charges = use.charges.slice();
    for (let count = 1; count < use.tokenSteps.length; count++) {
      if (use.tokenSteps[count]! > 0) this.#tokenTable.charge(count, use.tokenSteps[count]!, charges);
      if (this.#expertTable !== undefined && use.stageTokenSteps[count]! > 0)
        this.#expertTable.charge(count, use.stageTokenSteps[count]!, charges);
      if (use.logitSteps[count]! > 0) this.#logitTable.charge(count, use.logitSteps[count]!, charges);
    }
    this.#groups.forEach((group, g) => {
      chargeDecodes(group, use.decodes, use.contextTokens[g]!, charges);
    });
    return charges;
  }

  /** Seconds of the parts that a step adds up from. */
  parts(shape: StepShape): StepParts {
    const deal = this.#deal;
    deal.ofStep(shape);
    this.#openSpare(deal);
    const logits = this.#logitTable.seconds(deal.logits);
    let attention = 0;
    for (const group of this.#groups)
      attention += this.#mixingSeconds(group, shape, new Float64Array(CHARGE_COUNT));
    const tokens = this.#tableSeconds(deal) - logits;
    return { step: this.#machine.hostSeconds, tokens, logits, attention };
  }

  rooflineSeconds(shape: StepShape): number {
    return this.#roofline.seconds(shape);
  }

  hostSeconds(): number {
    return this.#machine.hostSeconds;
  }

  collectiveSeconds(shape: StepShape): number {
    if (!this.#exchanges) return 0;
    const deal = this.#deal;
    deal.ofStep(shape);
    const seconds =
      this.#tokenTable.collectiveSeconds(deal.tokens) + this.#logitTable.collectiveSeconds(deal.logits);
    return seconds + (this.#expertTable?.collectiveSeconds(deal.stageTokens) ?? 0);
  }

  explain(shape: StepShape): readonly OperatorCost[] {
    const deal = this.#deal;
    deal.ofStep(shape);
    this.#openSpare(deal);
    const mixing = this.#groups.map((group) => {
      const charges = new Float64Array(CHARGE_COUNT);
      const before = this.#spare.yieldingSeconds;
      // What products take longer is told with them.
      const seconds = this.#mixingSeconds(group, shape, charges) - (this.#spare.yieldingSeconds - before);
      return { seconds, charges, mapping: group.kernel.describe?.(this.#workOf(group, shape), charges) };
    });
    return explainStep(this.#machine, this.#operators, shape, deal, mixing, this.#spare.yieldedShare);
  }

  /** Seconds of everything but attention. */
  #tableSeconds({ tokens, stageTokens, logits }: BatchDeal): number {
    const seconds = this.#tokenTable.seconds(tokens) + this.#logitTable.seconds(logits);
    return this.#expertTable === undefined ? seconds : seconds + this.#expertTable.seconds(stageTokens);
  }

  /** Attention of all layers of a group in any step; adds its charges. */
  #mixingSeconds(compiled: CompiledGroup, shape: StepShape, charges: Float64Array): number {
    if (shape.chunkCount > 0) return this.#mixedSeconds(compiled, shape, charges);
    if (shape.decodeSequences === 0) return 0;
    const { decodes, decodeShare } = this.#deal;
    const { layers, windowClass } = compiled.group;
    const context = contextOf(shape, windowClass) * decodeShare;
    chargeDecodes(compiled, decodes, context, charges);
    return layers * decodeLineSeconds(linesOf(compiled, decodes), context);
  }

  /** Finds what the products leave to attention of decoding sequences; nothing where nothing may run beside them. */
  #openSpare({ tokens, stageTokens, decodes }: BatchDeal): void {
    const spare = this.#spare;
    spare.close();
    if (!this.#machine.decodesBesideProducts || decodes === 0) return;
    this.#tokenTable.spare(tokens, spare);
    this.#expertTable?.spare(stageTokens, spare);
  }

  /**
   * Attention of all layers of a group in a step with prompt tokens; adds its charges. Decoding sequences do not wait for
   * the prompts: what their attention on the trees adds runs beside the products of the prompts, as far as those leave
   * memory, network and trees idle or yield the trees, and uses that up.
   */
  #mixedSeconds(compiled: CompiledGroup, shape: StepShape, charges: Float64Array): number {
    const work = this.#workOf(compiled, shape);
    const { layers } = compiled.group;
    if (work.chunks === 0) {
      chargeDecodes(compiled, work.decodeSequences, work.decodeContextTokens, charges);
      return layers * decodeLineSeconds(linesOf(compiled, work.decodeSequences), work.decodeContextTokens);
    }
    const seconds = compiled.kernel.mixed(work, layers, charges, this.#spare);
    return seconds - this.#spare.take(work.decodesApartSeconds);
  }

  /** What one layer of a group has to do on the fullest device. Valid until the next call. */
  #workOf({ group, kernel }: CompiledGroup, shape: StepShape): AttentionWork {
    const { chunkNewTokens, chunkContextTokens, chunkCount } = shape;
    const { decodes, decodeShare, prefillShare } = this.#deal;
    const work = this.#work;
    work.clear();
    work.decodeSequences = decodes;
    work.decodeContextTokens = contextOf(shape, group.windowClass) * decodeShare;
    for (let i = 0; i < chunkCount; i++) {
      work.addChunk(chunkNewTokens[i]!, chunkContextTokens[i]!, group.windowTokens, kernel);
    }
    if (prefillShare < 1) work.scalePrefill(prefillShare);
    return work;
  }
}

function kernelOf(machine: Machine, mixer: TokenMixer): AttentionKernel {
  switch (mixer.kind) {
    case "grouped":
      return machine.attention(mixer);
    case "latent":
      return machine.latentAttention(mixer);
    case "stream":
      return streamKernel(machine.streamRates, mixer);
  }
}

function linesOf({ kernel, lines }: CompiledGroup, sequences: number): Float64Array {
  return (lines[sequences] ??= kernel.decodeLines(sequences));
}

/** Adds what attention charges for `sequences` decodes that attend to `context` tokens in all. */
function chargeDecodes(
  { group, kernel }: CompiledGroup,
  sequences: number,
  context: number,
  charges: Float64Array,
): void {
  const { decodeRates } = kernel;
  for (let i = 0; i < CHARGE_COUNT; i++) {
    charges[i]! += group.layers * (decodeRates[i]! * sequences + decodeRates[CHARGE_COUNT + i]! * context);
  }
}

function contextOf(shape: StepShape, windowClass: number): number {
  return windowClass < 0 ? shape.decodeContextTokens : shape.decodeWindowTokens[windowClass]!;
}

/** Offset of the line that is the largest now and stays so the longest: among equal ones the steepest. */
function steepestTopLine(lines: Float64Array, context: number): number {
  let top = 0;
  if (lines.length === LINE_FIELDS) return top;
  let topSeconds = -1;
  for (let at = 0; at < lines.length; at += LINE_FIELDS) {
    const seconds = lines[at]! + lines[at + 1]! * context;
    if (seconds > topSeconds || (seconds === topSeconds && lines[at + 1]! > lines[top + 1]!)) {
      top = at;
      topSeconds = seconds;
    }
  }
  return top;
}

/**
 * Steps j = 0, 1, … for which the line at `top` remains the largest while the context grows by `growth` a step, at
 * least 1: a steeper line takes over beyond the context at which both are equal, and none ever does where the context
 * does not grow. Counted down until the last step is really on this side of the crossing, since the division may round
 * up.
 */
function stepsOnLine(lines: Float64Array, top: number, context: number, growth: number): number {
  if (growth === 0) return Infinity;
  let steps = Infinity;
  for (let at = 0; at < lines.length; at += LINE_FIELDS) {
    const slopeGain = lines[at + 1]! - lines[top + 1]!;
    if (slopeGain <= 0) continue;
    const crossing = (lines[top]! - lines[at]!) / slopeGain;
    let count = Math.floor((crossing - context) / growth) + 1;
    while (count > 1 && context + (count - 1) * growth > crossing) count--;
    steps = Math.min(steps, Math.max(1, count));
  }
  return steps;
}
