import type { Cluster } from "../../cluster.ts";
import type { AuditCheck } from "../../result.ts";
import { check } from "./check.ts";

/**
 * Busy seconds = throughput × service demand: what a replica's resources are charged for are as many steps as passed on
 * it. A failure charges the step that it cuts off too. Costs that keep no count of steps have nothing to compare.
 */
export function utilizationLaw({ replicas }: Cluster): AuditCheck {
  const off = replicas.filter(({ meter: { chargedSteps, steps, lostSeconds } }) =>
    chargedSteps === 0 || lostSeconds > 0 ? false : chargedSteps !== steps,
  );
  const text = off.map(({ meter }) => `${meter.chargedSteps} steps charged, ${meter.steps} passed`);
  return check(
    "utilisation law: busy time is charged step for step",
    off.length === 0,
    off.length === 0 ? `${replicas.length} replicas agree` : text.join("; "),
  );
}
