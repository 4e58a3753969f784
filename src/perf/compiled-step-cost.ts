import { explainStep } from "./explain.ts";
import {
  AttentionWork,
  decodeLineSeconds,
  LINE_FIELDS,
  type AttentionKernel,
  type Machine,
} from "./machine.ts";
import type { AttentionGroup, StepOperators } from "./operators.ts";
import { causalPairs } from "./prefill-work.ts";
import { Roofline } from "./roofline.ts";
import {
  CHARGE_COUNT,
  type DecodeRamp,
  type OperatorCost,
  StepUse,
  type StepCost,
  type StepShape,
} from "./step-cost.ts";
import { operatorsCost, StepTable } from "./step-table.ts";

/**
 * Step cost of one replica: tables over the token count and over the logit count, and attention in closed form over
 * the sums of the batch shape. Nothing is allocated while a simulation queries it, but for rows of the tables.
 */
export class CompiledStepCost implements StepCost {
  readonly windowTokens: readonly number[];
  readonly #machine: Machine;
  readonly #operators: StepOperators;
  readonly #kernel: AttentionKernel;
  readonly #tokenTable: StepTable;
  readonly #logitTable: StepTable;
  readonly #roofline: Roofline;
  readonly #work = new AttentionWork();

  constructor(machine: Machine, operators: StepOperators, windowTokens: readonly number[]) {
    this.#machine = machine;
    this.#operators = operators;
    this.windowTokens = windowTokens;
    this.#kernel = machine.attention(operators.heads);
    const perToken = [...operators.beforeAttention, ...operators.afterAttention];
    this.#tokenTable = new StepTable(operatorsCost(machine, perToken));
    this.#logitTable = new StepTable(operatorsCost(machine, operators.logits));
    this.#roofline = new Roofline(machine, operators);
  }

  openUse(): StepUse {
    return new StepUse(this.#operators.attentionGroups.length);
  }

  step(shape: StepShape, use: StepUse): number {
    const { chunkCount, chunkNewTokens, logitSequences } = shape;
    let tokens = shape.decodeSequences;
    for (let i = 0; i < chunkCount; i++) tokens += chunkNewTokens[i]!;
    use.count(tokens, logitSequences, 1);
    let seconds =
      this.#machine.hostSeconds + this.#tokenTable.seconds(tokens) + this.#logitTable.seconds(logitSequences);
    const { attentionGroups } = this.#operators;
    if (chunkCount > 0) {
      for (let g = 0; g < attentionGroups.length; g++) {
        seconds += this.#mixedSeconds(attentionGroups[g]!, shape, use.charges);
      }
      return seconds;
    }
    use.decodes += shape.decodeSequences;
    for (let g = 0; g < attentionGroups.length; g++) {
      const { layers, windowClass } = attentionGroups[g]!;
      const context = contextOf(shape, windowClass);
      use.contextTokens[g]! += context;
      seconds += layers * decodeLineSeconds(this.#kernel.decodeLines, shape.decodeSequences, context);
    }
    return seconds;
  }

  decodeRamp(shape: StepShape, windowGrowth: Float64Array, ramp: DecodeRamp): void {
    const { decodeLines } = this.#kernel;
    const sequences = shape.decodeSequences;
    let seconds =
      this.#machine.hostSeconds + this.#tokenTable.seconds(sequences) + this.#logitTable.seconds(sequences);
    let secondsPerStep = 0;
    let steps = Infinity;
    const { attentionGroups } = this.#operators;
    for (let g = 0; g < attentionGroups.length; g++) {
      const { layers, windowClass } = attentionGroups[g]!;
      const context = contextOf(shape, windowClass);
      const growth = windowClass < 0 ? sequences : windowGrowth[windowClass]!;
      const line = steepestTopLine(decodeLines, sequences, context);
      const slope = decodeLines[line + 2]!;
      seconds += layers * (decodeLines[line]! + decodeLines[line + 1]! * sequences + slope * context);
      secondsPerStep += layers * slope * growth;
      if (decodeLines.length > LINE_FIELDS) {
        steps = Math.min(steps, stepsOnLine(decodeLines, line, sequences, context, growth));
      }
    }
    ramp.steps = steps;
    ramp.seconds = seconds;
    ramp.secondsPerStep = secondsPerStep;
    this.#roofline.ramp(shape, windowGrowth, ramp);
  }

  useRamp(shape: StepShape, windowGrowth: Float64Array, steps: number, use: StepUse): void {
    const sequences = shape.decodeSequences;
    use.count(sequences, sequences, steps);
    use.decodes += steps * sequences;
    const sumOfIndex = (steps * (steps - 1)) / 2;
    const { attentionGroups } = this.#operators;
    for (let g = 0; g < attentionGroups.length; g++) {
      const { windowClass } = attentionGroups[g]!;
      const growth = windowClass < 0 ? sequences : windowGrowth[windowClass]!;
      use.contextTokens[g]! += steps * contextOf(shape, windowClass) + sumOfIndex * growth;
    }
  }

  charges(use: StepUse): Float64Array {
    const charges = use.charges.slice();
    for (let count = 1; count < use.tokenSteps.length; count++) {
      if (use.tokenSteps[count]! > 0) this.#tokenTable.charge(count, use.tokenSteps[count]!, charges);
      if (use.logitSteps[count]! > 0) this.#logitTable.charge(count, use.logitSteps[count]!, charges);
    }
    this.#operators.attentionGroups.forEach(({ layers }, g) => {
      this.#chargeDecodes(layers, use.decodes, use.contextTokens[g]!, charges);
    });
    return charges;
  }

  rooflineSeconds(shape: StepShape): number {
    return this.#roofline.seconds(shape);
  }

  explain(shape: StepShape): readonly OperatorCost[] {
    return explainStep(this.#machine, this.#operators, shape, (group, charges) => {
      if (shape.chunkCount > 0) return this.#mixedSeconds(group, shape, charges);
      const context = contextOf(shape, group.windowClass);
      this.#chargeDecodes(group.layers, shape.decodeSequences, context, charges);
      return group.layers * decodeLineSeconds(this.#kernel.decodeLines, shape.decodeSequences, context);
    });
  }

  /** Attention of all layers of a group in a step with prompt tokens; adds its charges. */
  #mixedSeconds(
    { layers, windowClass, windowTokens }: AttentionGroup,
    shape: StepShape,
    charges: Float64Array,
  ): number {
    this.#gatherWork(shape, contextOf(shape, windowClass), windowTokens);
    return this.#kernel.mixed(this.#work, layers, charges);
  }

  /** Adds what attention of `layers` layers charges for `sequences` decodes that attend to `context` tokens in all. */
  #chargeDecodes(layers: number, sequences: number, context: number, charges: Float64Array): void {
    const { decodeRates } = this.#kernel;
    for (let i = 0; i < CHARGE_COUNT; i++) {
      charges[i]! += layers * (decodeRates[i]! * sequences + decodeRates[CHARGE_COUNT + i]! * context);
    }
  }

  #gatherWork(shape: StepShape, decodeContext: number, window: number): void {
    const { chunkNewTokens, chunkContextTokens, chunkCount } = shape;
    const { rowBlockTokens, tokensPerPass } = this.#kernel;
    const work = this.#work;
    work.decodeSequences = shape.decodeSequences;
    work.decodeContextTokens = decodeContext;
    work.newTokens = 0;
    work.prefillPairs = 0;
    work.prefillKvTokens = 0;
    for (let i = 0; i < chunkCount; i++) {
      const newTokens = chunkNewTokens[i]!;
      const context = chunkContextTokens[i]!;
      const filledRows = Math.ceil(newTokens / rowBlockTokens) * rowBlockTokens;
      const passes = Math.max(1, Math.ceil(newTokens / tokensPerPass));
      work.newTokens += newTokens;
      work.prefillPairs += (causalPairs(newTokens, context, window) * filledRows) / newTokens;
      work.prefillKvTokens += (Math.min(context, window) + newTokens) * passes;
    }
  }
}

function contextOf(shape: StepShape, windowClass: number): number {
  return windowClass < 0 ? shape.decodeContextTokens : shape.decodeWindowTokens[windowClass]!;
}

/** Offset of the line that is the largest now and stays so the longest: among equal ones the steepest. */
function steepestTopLine(lines: Float64Array, sequences: number, context: number): number {
  let top = 0;
  if (lines.length === LINE_FIELDS) return top;
  let topSeconds = -1;
  for (let at = 0; at < lines.length; at += LINE_FIELDS) {
    const seconds = lines[at]! + lines[at + 1]! * sequences + lines[at + 2]! * context;
    if (seconds > topSeconds || (seconds === topSeconds && lines[at + 2]! > lines[top + 2]!)) {
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
function stepsOnLine(
  lines: Float64Array,
  top: number,
  sequences: number,
  context: number,
  growth: number,
): number {
  if (growth === 0) return Infinity;
  let steps = Infinity;
  for (let at = 0; at < lines.length; at += LINE_FIELDS) {
    const slopeGain = lines[at + 2]! - lines[top + 2]!;
    if (slopeGain <= 0) continue;
    const lead = lines[top]! - lines[at]! + (lines[top + 1]! - lines[at + 1]!) * sequences;
    const crossing = lead / slopeGain;
    let count = Math.floor((crossing - context) / growth) + 1;
    while (count > 1 && context + (count - 1) * growth > crossing) count--;
    steps = Math.min(steps, Math.max(1, count));
  }
  return steps;
}
