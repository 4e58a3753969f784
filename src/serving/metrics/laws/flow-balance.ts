import type { Cluster } from "../../cluster.ts";
import { STATUS, type AuditCheck } from "../../result.ts";
import { check } from "./check.ts";

/**
 * What flows into a replica flows out of it: the tokens that it generated are those of the requests that it completed,
 * or the first ones of requests that moved on, and those of attempts that were given up there. Of a request that moved
 * and was then given up nobody keeps which replica generated what: then there is nothing to compare.
 */
export function flowBalance({ log, replicas, kvTransfer }: Cluster): AuditCheck[] {
  if (kvTransfer !== undefined && replicas.some(({ meter }) => meter.abandonedTokens > 0)) return [];
  const due = new Float64Array(replicas.length);
  for (let row = 0; row < log.length; row++) {
    if (log.status[row] !== STATUS.completed) continue;
    const outputTokens = log.outputTokens[row]!;
    const next = log.decodeReplica[row]!;
    due[log.replica[row]!]! += next < 0 ? outputTokens : 1;
    if (next >= 0) due[next]! += outputTokens - 1;
  }
  const off = replicas.filter(
    ({ meter }, i) => meter.generatedTokens !== due[i]! + meter.abandonedTokens,
  ).length;
  return [
    check(
      "flow balance at every replica",
      off === 0,
      `${off} of ${replicas.length} replicas generated other than the requests they served asked for`,
    ),
  ];
}
