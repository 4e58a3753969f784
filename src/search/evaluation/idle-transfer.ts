import { locatedAt, type LocatedMap } from "../../scenario/located.ts";
import { withoutKeys } from "../../scenario/merge.ts";

/**
 * A design whose pools all serve whole requests moves no caches, whatever its scenario says on how they move; of a scenario that
 * says so by itself it would be a mistake.
 */
export function withoutIdleTransfer(design: LocatedMap): LocatedMap {
  const entry = design.entries.get("cluster");
  const cluster = entry?.node;
  if (cluster?.kind !== "map" || !cluster.entries.has("kv_transfer")) return design;
  const pools = locatedAt(cluster, ["pools"]);
  const nodes = pools?.kind === "map" ? [...pools.entries.values()].map(({ node }) => node) : [];
  const split = nodes.some((pool) => {
    const role = locatedAt(pool, ["role"]);
    return role?.kind === "scalar" && role.value !== "both";
  });
  if (split || nodes.length === 0) return design;
  const node = withoutKeys(cluster, ["kv_transfer"]);
  return { ...design, entries: new Map(design.entries).set("cluster", { ...entry!, node }) };
}
