import { InputError } from "../../core/errors.ts";
import type { SloConfig } from "../config.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";

/**
 * Makes sure that a policy which goes by classes knows all it has to of those that come.
 * @throws InputError as of `classRanks` and `ttftTargets`
 */
export function checkSchedulerClasses(
  scheduler: SchedulerConfig,
  slo: SloConfig,
  classes: readonly string[],
): void {
  if (scheduler.policy === "priority") classRanks(scheduler.priorities, classes);
  if (scheduler.policy === "edf") ttftTargets(slo, classes);
}

/**
 * Rank of each class: the lowest goes first, classes that are not named last.
 * @throws InputError for the name of a class that no request has
 */
export function classRanks(
  priorities: Readonly<Record<string, number>>,
  classes: readonly string[],
): number[] {
  const unknown = Object.keys(priorities).filter((name) => !classes.includes(name));
  if (unknown.length > 0) {
    throw new InputError(
      unknown.map((found) => ({
        key: "serving.scheduler.priorities",
        message: "no request is of the class",
        found,
        accepted: classes,
      })),
    );
  }
  const last = Math.max(...Object.values(priorities)) + 1;
  return classes.map((name) => priorities[name] ?? last);
}

/**
 * TTFT target of each class in seconds.
 * @throws InputError for a class that has none
 */
export function ttftTargets({ request, byClass }: SloConfig, classes: readonly string[]): number[] {
  return classes.map((name) => {
    const target = byClass?.[name]?.ttftSeconds ?? request.ttftSeconds;
    if (target !== undefined) return target;
    throw new InputError({
      key: "serving.scheduler",
      message: `edf needs a TTFT target for every class, and "${name}" has none`,
      expected: "slo.ttft, or one for the class in slo.by_class",
    });
  });
}
