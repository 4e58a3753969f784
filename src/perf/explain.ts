import type { Cover, Machine } from "./machine.ts";
import { flopsPerRow, type AttentionGroup, type Operator, type StepOperators } from "./operators.ts";
import { causalPairs } from "./prefill-work.ts";
import {
  CHARGE_COUNT,
  ENERGY_CHARGE,
  RESOURCE_INDEX,
  RESOURCES,
  type OperatorCost,
  type Resource,
  type StepShape,
} from "./step-cost.ts";
import { operatorSeconds } from "./step-table.ts";

/**
 * A step operator by operator, in order of execution; the seconds add up to what `step` answers.
 * @param attentionSeconds seconds of one group's attention; adds its charges
 */
export function explainStep(
  machine: Machine,
  operators: StepOperators,
  shape: StepShape,
  attentionSeconds: (group: AttentionGroup, charges: Float64Array) => number,
): OperatorCost[] {
  let tokens = shape.decodeSequences;
  for (let i = 0; i < shape.chunkCount; i++) tokens += shape.chunkNewTokens[i]!;
  const rows: OperatorCost[] = [hostRow(machine)];
  const cover: Cover = { seconds: 0 };
  const add = (operator: Operator, count: number) => rows.push(operatorRow(machine, operator, count, cover));

  if (tokens > 0) {
    for (const operator of operators.beforeAttention) add(operator, tokens);
    for (const group of operators.attentionGroups) {
      const charges = new Float64Array(CHARGE_COUNT);
      const seconds = attentionSeconds(group, charges);
      rows.push(attentionRow(machine, operators, group, shape, seconds, charges));
    }
    for (const operator of operators.afterAttention) add(operator, tokens);
  }
  cover.seconds = 0;
  if (shape.logitSequences > 0) for (const operator of operators.logits) add(operator, shape.logitSequences);
  return rows;
}

function hostRow(machine: Machine): OperatorCost {
  const nothing = new Float64Array(CHARGE_COUNT);
  return { ...costRow(machine, "host", 1, 0, machine.hostSeconds, nothing), unit: "host", bound: "launch" };
}

function operatorRow(machine: Machine, operator: Operator, rows: number, cover: Cover): OperatorCost {
  const charges = new Float64Array(CHARGE_COUNT);
  const seconds = operatorSeconds(machine, operator, rows, cover, charges);
  for (let i = 0; i < CHARGE_COUNT; i++) charges[i]! *= operator.count;
  const flops = operator.count * rows * flopsPerRow(operator);
  return costRow(machine, operator.name, operator.count, flops, operator.count * seconds, charges);
}

function attentionRow(
  machine: Machine,
  operators: StepOperators,
  group: AttentionGroup,
  shape: StepShape,
  seconds: number,
  charges: Float64Array,
): OperatorCost {
  const { windowClass, windowTokens, layers } = group;
  const { queryHeads, headSize } = operators.heads;
  let pairs = windowClass < 0 ? shape.decodeContextTokens : shape.decodeWindowTokens[windowClass]!;
  for (let i = 0; i < shape.chunkCount; i++) {
    pairs += causalPairs(shape.chunkNewTokens[i]!, shape.chunkContextTokens[i]!, windowTokens);
  }
  const name = windowClass < 0 ? "attention" : `attention_window_${windowTokens}`;
  return costRow(machine, name, layers, layers * pairs * 4 * headSize * queryHeads, seconds, charges);
}

function costRow(
  machine: Machine,
  operator: string,
  count: number,
  flops: number,
  seconds: number,
  charges: Float64Array,
): OperatorCost {
  const busySeconds = Object.fromEntries(RESOURCES.map((name) => [name, charges[RESOURCE_INDEX[name]]!]));
  return {
    operator,
    unit: unitOf(charges),
    count,
    flops,
    dramBytes: charges[RESOURCE_INDEX.dram]! * machine.streamBytesPerSecond,
    seconds,
    busySeconds: busySeconds as Record<Resource, number>,
    bound: boundOf(seconds, charges),
    joules: charges[ENERGY_CHARGE]!,
  };
}

/** The matrix units that take part, else the vector unit or the links. */
function unitOf(charges: Float64Array): string {
  const busy = (["sa", "mac_tree"] as const).filter((name) => charges[RESOURCE_INDEX[name]]! > 0);
  if (busy.length > 0) return busy.join("+");
  return charges[RESOURCE_INDEX.p2p]! > 0 ? "p2p" : "vector";
}

/** The busiest resource, or what fixed time dominates. */
function boundOf(seconds: number, charges: Float64Array): string {
  let bound: Resource = "vector";
  for (const name of RESOURCES)
    if (charges[RESOURCE_INDEX[name]]! > charges[RESOURCE_INDEX[bound]]!) bound = name;
  const busy = charges[RESOURCE_INDEX[bound]]!;
  if (seconds - busy <= busy) return bound;
  return bound === "p2p" ? "link latency" : "launch";
}
