import { InputError } from "../core/errors.ts";
import type { SloConfig } from "../serving/config.ts";
import { admissionConfig } from "./admission-schema.ts";
import type { Located } from "./located.ts";
import { problemAt } from "./problems.ts";
import type { System } from "./scenario.ts";
import type { SystemInput } from "./schema.ts";

/**
 * How requests reach the replicas.
 * @throws InputError for a router that lacks a target, or a central queue that sees old news
 */
export function resolveRouting(
  root: Located,
  { router, router_delay: routerDelaySeconds, admission }: SystemInput["cluster"],
  { request, byClass = {} }: SloConfig,
): Pick<System, "router" | "routerDelaySeconds" | "admission"> {
  const hasTarget = [request, ...Object.values(byClass)].some(({ ttftSeconds }) => ttftSeconds !== undefined);
  if (router === "slo-aware" && !hasTarget) {
    throw new InputError(
      problemAt(root, ["cluster", "router"], {
        message: "slo-aware needs a target for the first token",
        expected: "slo.ttft, or a ttft for some class in slo.by_class",
      }),
    );
  }
  if (router === "central" && routerDelaySeconds > 0) {
    throw new InputError(
      problemAt(root, ["cluster", "router_delay"], {
        message: "a central queue knows when a slot is free:",
        found: `${routerDelaySeconds}s`,
        expected: "no such key, or another router",
      }),
    );
  }
  return {
    ...{ router, routerDelaySeconds },
    ...(admission !== undefined && { admission: admissionConfig(admission) }),
  };
}
