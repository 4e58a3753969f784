import { explainBatch, type ExplainedBatch, type StepExplanation } from "../perf/step-explanation.ts";
import { formatSeconds, formatShare } from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";
import type { System } from "../scenario/scenario.ts";
import { inSnakeCase } from "../scenario/setting-map.ts";

const DECODE_SEQUENCES = 64;
const CONTEXT_TOKENS = 1024;
const CHUNK_TOKENS = 512;

const DECODE: ExplainedBatch = {
  ...{ decodeSequences: DECODE_SEQUENCES, contextTokens: CONTEXT_TOKENS },
  ...{ promptTokens: 0, cachedTokens: 0 },
};
const PREFILL: ExplainedBatch = {
  ...{ decodeSequences: 0, contextTokens: 0 },
  ...{ promptTokens: CHUNK_TOKENS, cachedTokens: 0 },
};

/** What two telling steps cost a system: a decode step of many sequences, and a prompt in one chunk. */
export interface StepCosts {
  readonly decode: StepExplanation;
  readonly prefill: StepExplanation;
}

/** @throws InputError for a model or device whose steps cannot be priced */
export function stepCostsOf(system: System): StepCosts {
  return { decode: explainBatch(system, DECODE), prefill: explainBatch(system, PREFILL) };
}

/** The costs for results: all fields in snake_case, SI units, with the share (0..1) of each operator in its step. */
export function stepCostsJson({ decode, prefill }: StepCosts): Record<string, unknown> {
  const json = ({ seconds, operators }: StepExplanation) => ({
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
  const cells = ({ seconds, operators }: StepExplanation, name: string): string[] => {
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
