import { InputError, type InputProblem } from "../core/errors.ts";
import type { Located, Path } from "./located.ts";
import { problemAt } from "./problems.ts";
import type { System } from "./scenario.ts";
import type { SystemInput } from "./schema.ts";

/**
 * How replicas come and go.
 * @throws InputError for what the model leaves out, and for replicas that are not there
 */
export function resolveAvailability(
  root: Located,
  { cluster }: SystemInput,
  { pools = [], replicas }: Pick<System, "pools" | "replicas">,
): Pick<System, "failures" | "autoscaling"> {
  const { failures, autoscaling } = cluster;
  const refuse = (path: Path, problem: Partial<InputProblem> & { message: string }) =>
    new InputError(problemAt(root, ["cluster", ...path], problem));
  const key = failures === undefined ? "autoscaling" : "failures";
  if (failures === undefined && autoscaling === undefined) return {};
  if (failures !== undefined && autoscaling !== undefined) {
    throw refuse([key], { message: "not modelled together with autoscaling", expected: "one of the two" });
  }
  if (pools.some(({ role }) => role !== "both")) {
    throw refuse([key], {
      message: "not modelled where prompts and answers are served apart",
      expected: "pools that serve whole requests",
    });
  }
  if (autoscaling !== undefined) {
    const { minReplicas, maxReplicas } = autoscaling;
    if (pools.length > 0) {
      throw refuse([key], { message: "needs one kind of replicas", expected: "a cluster without pools" });
    }
    if (replicas < minReplicas || replicas > maxReplicas) {
      throw refuse([key], {
        message: "starts with cluster.replicas:",
        ...{ found: replicas, expected: `from ${minReplicas} to ${maxReplicas}` },
      });
    }
    return { autoscaling };
  }
  const count = pools.length === 0 ? replicas : pools.reduce((sum, pool) => sum + pool.replicas, 0);
  for (const [i, { replica }] of failures!.outages.entries()) {
    if (replica < count) continue;
    throw refuse(["failures", "outages", i, "replica"], {
      message: "no such replica",
      ...{ found: replica, expected: `a whole number from 0 to ${count - 1}` },
    });
  }
  return { failures };
}
