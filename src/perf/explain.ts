import type { BatchDeal } from "./batch-deal.ts";
import { collectiveBytes } from "./collective-seconds.ts";
import type { Cover, Machine } from "./machine.ts";
import type { OperatorMapping } from "./operator-mapping.ts";
import {
  flopsPerPair,
  flopsPerRow,
  type AttentionGroup,
  type Operator,
  type StepOperators,
} from "./operators.ts";
import { causalPairs } from "./prefill-work.ts";
import {
  CHARGE_COUNT,
  ENERGY_CHARGE,
  IF_YIELDED,
  RESOURCE_INDEX,
  RESOURCES,
  type OperatorCost,
  type Resource,
  type StepShape,
} from "./step-cost.ts";
import { yieldTrees } from "./spare-time.ts";
import { operatorSeconds } from "./step-table.ts";

/** What attention of one group of layers takes, all layers together. */
export interface MixingCost {
  readonly seconds: number;
  readonly charges: Float64Array;
  /** Of one layer; absent where the kernel does not tell. */
  readonly mapping: OperatorMapping | undefined;
}

/** What is known of one operator before it is told to people; all but the mapping over all its runs. */
interface OperatorRun {
  readonly operator: string;
  readonly count: number;
  readonly flops: number;
  /** Whether the FLOPs are those of matrix units. */
  readonly matrix: boolean;
  readonly linkBytes: number;
  readonly seconds: number;
  readonly charges: Float64Array;
  readonly mapping: OperatorMapping | undefined;
}

/**
 * A step operator by operator, in order of execution; the seconds add up to what `step` answers.
 * @param mixing by attention group
 * @param yieldedShare of the products (0..1) that leave the trees to attention
 */
export function explainStep(
  machine: Machine,
  operators: StepOperators,
  shape: StepShape,
  deal: BatchDeal,
  mixing: readonly MixingCost[],
  yieldedShare: number,
): OperatorCost[] {
  const { tokens, stageTokens, logits } = deal;
  const rows: OperatorCost[] = [hostRow(machine)];
  const cover: Cover = { seconds: 0 };
  const add = (operator: Operator, count: number, share = yieldedShare) =>
    rows.push(operatorRow(machine, operator, count, share, cover));

  if (tokens > 0) {
    for (const operator of operators.beforeAttention) add(operator, tokens);
    operators.attentionGroups.forEach((group, g) => {
      rows.push(attentionRow(machine, group, shape, deal, mixing[g]!));
    });
    cover.seconds = 0;
    for (const operator of operators.afterAttention) add(operator, tokens);
    cover.seconds = 0;
    for (const operator of operators.experts) add(operator, stageTokens);
  }
  cover.seconds = 0;
  if (logits > 0) for (const operator of operators.logits) add(operator, logits, 0);
  return rows;
}

function hostRow(machine: Machine): OperatorCost {
  const run: OperatorRun = {
    ...{ operator: "host", count: 1, flops: 0, matrix: false, linkBytes: 0, mapping: undefined },
    seconds: machine.hostSeconds,
    charges: new Float64Array(CHARGE_COUNT),
  };
  return { ...costRow(machine, run), unit: "host", bound: "host", boundUtilization: null };
}

function operatorRow(
  machine: Machine,
  operator: Operator,
  rows: number,
  yieldedShare: number,
  cover: Cover,
): OperatorCost {
  const { name, count, kind } = operator;
  const charges = new Float64Array(CHARGE_COUNT);
  const seconds =
    operatorSeconds(machine, operator, rows, cover, charges) + yieldedShare * charges[IF_YIELDED.seconds]!;
  yieldTrees(charges, charges, yieldedShare);
  for (let i = 0; i < CHARGE_COUNT; i++) charges[i]! *= count;
  return costRow(machine, {
    ...{ operator: name, count, charges },
    flops: count * rows * flopsPerRow(operator),
    matrix: kind === "product" || kind === "experts",
    linkBytes: count * linkBytesOf(operator, rows),
    seconds: count * seconds,
    mapping: machine.describe?.(operator, rows),
  });
}

/** Bytes that each device sends. */
function linkBytesOf(operator: Operator, rows: number): number {
  switch (operator.kind) {
    case "product":
    case "elementwise":
    case "experts":
      return 0;
    default:
      return collectiveBytes(operator.kind, operator.devices, rows * operator.bytesPerRow);
  }
}

function attentionRow(
  machine: Machine,
  { name, mixer, windowClass, windowTokens, layers }: AttentionGroup,
  shape: StepShape,
  { decodeShare, prefillShare, tokens }: BatchDeal,
  mixing: MixingCost,
): OperatorCost {
  const context = windowClass < 0 ? shape.decodeContextTokens : shape.decodeWindowTokens[windowClass]!;
  const perPair = flopsPerPair(mixer);
  let prefillPairs = 0;
  for (let i = 0; i < shape.chunkCount; i++) {
    prefillPairs += causalPairs(shape.chunkNewTokens[i]!, shape.chunkContextTokens[i]!, windowTokens);
  }
  const perToken = mixer.kind === "stream" ? mixer.flopsPerToken : 0;
  const flops =
    context * decodeShare * perPair.decode +
    prefillPairs * prefillShare * perPair.prefill +
    tokens * perToken;
  return costRow(machine, {
    ...{ operator: name, count: layers, flops: layers * flops, matrix: true, linkBytes: 0 },
    ...mixing,
  });
}

function costRow(machine: Machine, run: OperatorRun): OperatorCost {
  const { operator, count, flops, matrix, linkBytes, seconds, charges, mapping } = run;
  const busySeconds = Object.fromEntries(
    RESOURCES.map((name) => [name, charges[RESOURCE_INDEX[name]]!]),
  ) as Record<Resource, number>;
  const localSeconds = count * (mapping?.localSeconds ?? 0);
  const busiest = busiestOf({ ...busySeconds, local_sram: localSeconds });
  return {
    operator,
    unit: unitOf(busySeconds),
    dataflow: mapping?.dataflow ?? null,
    partition: mapping?.partition ?? null,
    tile: mapping?.tile ?? null,
    count,
    flops,
    dramBytes: busySeconds.dram * machine.streamBytesPerSecond,
    networkBytes:
      mapping === undefined
        ? busySeconds.noc * machine.streamRates.nocBytesPerSecond
        : count * mapping.networkBytes,
    localBytes: count * (mapping?.localBytes ?? 0),
    linkBytes,
    seconds,
    busySeconds,
    localSeconds,
    bound: boundOf(seconds, busiest),
    boundUtilization: seconds === 0 ? null : Math.min(1, busiest.seconds / seconds),
    // Of work that partly hides behind other operators the time that it adds says nothing of its rate.
    peakUtilization:
      matrix && seconds > 0 && busiest.seconds <= seconds
        ? flops / (seconds * machine.peakFlopsPerSecond)
        : null,
    joules: charges[ENERGY_CHARGE]!,
  };
}

/** The matrix units that take part, else the vector unit or the links. */
function unitOf(busySeconds: Readonly<Record<Resource, number>>): string {
  const busy = (["sa", "mac_tree"] as const).filter((name) => busySeconds[name] > 0);
  if (busy.length > 0) return busy.join("+");
  return busySeconds.p2p > 0 ? "p2p" : "vector";
}

interface Busiest {
  readonly name: string;
  readonly seconds: number;
}

function busiestOf(busySeconds: Readonly<Record<string, number>>): Busiest {
  let busiest: Busiest = { name: "vector", seconds: 0 };
  for (const [name, seconds] of Object.entries(busySeconds)) {
    if (seconds > busiest.seconds) busiest = { name, seconds };
  }
  return busiest;
}

/** What is busiest, or that fixed time dominates, or that all of it hides behind the operator before. */
function boundOf(seconds: number, busiest: Busiest): string {
  if (seconds === 0) return "hidden";
  if (seconds - busiest.seconds <= busiest.seconds) return busiest.name;
  return busiest.name === "p2p" ? "link latency" : "launch";
}
