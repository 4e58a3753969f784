import { RESOURCES, type OperatorCost, type Resource } from "../../perf/step-cost.ts";
import type { StepExplanation } from "../../perf/step-explanation.ts";
import { formatSeconds, formatShare } from "../format.ts";
import { formatJoules, formatPrefixed } from "./quantities.ts";
import { totalsOf, type StepTotals } from "./totals.ts";

/** One column of the tables of operators, for people. */
export interface OperatorColumn {
  readonly head: string;
  /** Text, aligned to the left. */
  readonly isText: boolean;
  readonly cell: (row: OperatorCost) => string;
  readonly total: string;
}

const NOTHING = "-";

/** What each operator is and moves. */
export function workColumns(explanation: StepExplanation): OperatorColumn[] {
  const totals = totalsOf(explanation);
  const isMapped = explanation.operators.some((row) => mappingText(row) !== "");
  const bytes = (head: string, value: (row: OperatorCost | StepTotals) => number) =>
    numbers(head, (row) => orNothing(value(row), (amount) => formatPrefixed(amount, "B")), totals);
  return [
    texts("operator", ({ operator }) => operator, "step"),
    texts("unit", ({ unit }) => unit),
    ...(isMapped ? [texts("mapping", mappingText)] : []),
    { ...texts("runs", ({ count }) => String(count)), isText: false },
    numbers("FLOPs", ({ flops }) => orNothing(flops, (amount) => formatPrefixed(amount, "")), totals),
    bytes("memory", ({ dramBytes }) => dramBytes),
    bytes(explanation.request.device.kind === "gpu" ? "L2" : "network", ({ networkBytes }) => networkBytes),
    ...(totals.localBytes > 0 ? [bytes("local", ({ localBytes }) => localBytes)] : []),
    ...(totals.linkBytes > 0 ? [bytes("links", ({ linkBytes }) => linkBytes)] : []),
  ];
}

/** What each operator takes, and why; a column for every resource that the step uses. */
export function timeColumns(explanation: StepExplanation): OperatorColumn[] {
  const totals = totalsOf(explanation);
  const { seconds, request } = explanation;
  const heads = request.device.kind === "gpu" ? GPU_HEADS : HDA_HEADS;
  const busy = (name: Resource) => numbers(heads[name], (row) => busyText(row.busySeconds[name]), totals);
  return [
    texts("operator", ({ operator }) => operator, "step"),
    numbers("time", (row) => formatSeconds(row.seconds), totals),
    numbers("share", (row) => formatShare(row.seconds / seconds), totals),
    ...RESOURCES.filter((name) => totals.busySeconds[name] > 0).map(busy),
    ...(totals.localSeconds > 0 ? [numbers("local", (row) => busyText(row.localSeconds), totals)] : []),
    texts("bound by", ({ bound }) => bound),
    { ...texts("busy", ({ boundUtilization }) => formatShare(boundUtilization)), isText: false },
    numbers("of peak", (row) => formatShare(row.peakUtilization), totals),
    numbers("energy", (row) => orNothing(row.joules, formatJoules), totals),
  ];
}

const HDA_HEADS: Readonly<Record<Resource, string>> = {
  sa: "arrays",
  mac_tree: "trees",
  vector: "vector",
  dram: "memory",
  noc: "network",
  p2p: "links",
};
const GPU_HEADS: Readonly<Record<Resource, string>> = { ...HDA_HEADS, sa: "tensor", noc: "L2" };

function mappingText({ dataflow, partition, tile }: OperatorCost): string {
  return [
    ...(dataflow === null ? [] : [dataflow]),
    ...(partition === null ? [] : [`cut ${partition}`]),
    ...(tile === null ? [] : [`tile ${tile}`]),
  ].join(", ");
}

function busyText(seconds: number): string {
  return orNothing(seconds, formatSeconds);
}

function orNothing(value: number, format: (value: number) => string): string {
  return value === 0 ? NOTHING : format(value);
}

function texts(head: string, cell: (row: OperatorCost) => string, total = ""): OperatorColumn {
  return { head, isText: true, cell, total };
}

function numbers(
  head: string,
  text: (row: OperatorCost | StepTotals) => string,
  totals: StepTotals,
): OperatorColumn {
  return { head, isText: false, cell: text, total: text(totals) };
}
