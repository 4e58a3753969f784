import { compileStepCost } from "../perf/compile.ts";
import { StepShape, type OperatorCost, type StepCost } from "../perf/step-cost.ts";
import { formatSeconds, formatShare } from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";
import type { System } from "../scenario/scenario.ts";
import { inSnakeCase } from "../scenario/setting-map.ts";

const DECODE_SEQUENCES = 64;
const CONTEXT_TOKENS = 1024;
const CHUNK_TOKENS = 512;

/** One step of a replica with nothing else in it, operator by operator. */
interface ExplainedStep {
  readonly seconds: number;
  readonly operators: readonly OperatorCost[];
}

/** What two telling steps cost a system: a decode step of many sequences, and a prompt in one chunk. */
export interface StepCosts {
  readonly decode: ExplainedStep;
  readonly prefill: ExplainedStep;
}

/** @throws InputError for a model or device whose steps cannot be priced */
export function stepCostsOf({ model, device, tensorParallel, precision }: System): StepCosts {
  const cost = compileStepCost({ model, device, tensorParallel, precision });
  return { decode: explained(cost, decodeShape(cost)), prefill: explained(cost, prefillShape(cost)) };
}

function decodeShape({ windowTokens }: StepCost): StepShape {
  const shape = new StepShape(windowTokens.length, 0);
  shape.decodeSequences = DECODE_SEQUENCES;
  shape.logitSequences = DECODE_SEQUENCES;
  shape.decodeContextTokens = DECODE_SEQUENCES * CONTEXT_TOKENS;
  windowTokens.forEach((window, i) => {
    shape.decodeWindowTokens[i] = DECODE_SEQUENCES * Math.min(CONTEXT_TOKENS, window);
  });
  return shape;
}

function prefillShape({ windowTokens }: StepCost): StepShape {
  const shape = new StepShape(windowTokens.length, 1);
  shape.addChunk(CHUNK_TOKENS, 0);
  shape.logitSequences = 1;
  return shape;
}

function explained(cost: StepCost, shape: StepShape): ExplainedStep {
  return { seconds: cost.step(shape, cost.openUse()), operators: cost.explain(shape) };
}

/** The costs for results: all fields in snake_case, SI units, with the share (0..1) of each operator in its step. */
export function stepCostsJson({ decode, prefill }: StepCosts): Record<string, unknown> {
  const json = ({ seconds, operators }: ExplainedStep) => ({
    seconds,
    operators: operators.map((operator) => ({
      ...inSnakeCase(operator),
      share: operator.seconds / seconds,
    })),
  });
  return {
    decode: { sequences: DECODE_SEQUENCES, context_tokens: CONTEXT_TOKENS, ...json(decode) },
    prefill: { new_tokens: CHUNK_TOKENS, context_tokens: 0, ...json(prefill) },
  };
}

/** The same as a table: a line per operator, decode on the left, prefill on the right. */
export function stepCostsTable({ decode, prefill }: StepCosts): string {
  const names = [...new Set([...decode.operators, ...prefill.operators].map(({ operator }) => operator))];
  const columns = ["unit", "time", "share", "bound"];
  const cells = ({ seconds, operators }: ExplainedStep, name: string): string[] => {
    const operator = operators.find((candidate) => candidate.operator === name);
    if (operator === undefined) return columns.map(() => "-");
    const share = formatShare(operator.seconds / seconds);
    return [operator.unit, formatSeconds(operator.seconds), share, operator.bound];
  };
  const rows = names.map((name) => [name, ...cells(decode, name), ...cells(prefill, name)]);
  const whole = [
    "step",
    "",
    formatSeconds(decode.seconds),
    "",
    "",
    "",
    formatSeconds(prefill.seconds),
    "",
    "",
  ];
  const title = `decode of ${DECODE_SEQUENCES} sequences at context ${CONTEXT_TOKENS} (left), prefill of ${CHUNK_TOKENS} tokens (right)`;
  return `${title}\n${plainTable(["operator", ...columns, ...columns], [...rows, whole], [0, 1, 4, 5, 8])}`;
}
