import { availableParallelism } from "node:os";
import {
  nextReplications,
  replicationsFor,
  type PrecisionTarget,
} from "../analysis/replications/precision.ts";
import {
  estimateOf,
  estimatesOf,
  type ReplicationEstimates,
} from "../analysis/replications/replication-estimates.ts";
import {
  areAlike,
  replicationOf,
  replicationSeed,
  type Replication,
} from "../analysis/replications/replication.ts";
import { isInterval } from "../analysis/statistics/output-series.ts";
import { InputError } from "../core/errors.ts";
import type { ReplayOptions, ReplayOutcome } from "../scenario/replay.ts";
import type { RequestSupply } from "../scenario/request-supply.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { SimulationThread } from "./simulation-thread.ts";

/** How often a scenario is to be run, with different seeds. */
export interface ReplicationPlan {
  /** Exactly so many, or with targets at most so many; at least two. */
  readonly most: number;
  /** Run until all of these are reached; none to run them all. */
  readonly targets: readonly PrecisionTarget[];
}

/** The runs of one system with different seeds, and what they come to. */
export interface ReplicatedSystem {
  readonly replications: readonly Replication[];
  readonly estimates: ReplicationEstimates;
}

export interface ReplicationJob {
  readonly scenario: Scenario;
  readonly plan: ReplicationPlan;
  readonly options: ReplayOptions;
  /** The first replication, with the scenario's own seed: an outcome for each system. */
  readonly firstOutcomes: readonly ReplayOutcome[];
  /** The scenario's requests as they come with another seed. */
  readonly supplyOf: (seed: number) => Promise<RequestSupply>;
}

/**
 * Runs the scenario again and again, each time with the seed of the next replication, on as many threads as the machine
 * has cores. How many runs there are, and what they find, does not depend on the threads.
 * @returns for each system its runs: at least two, or undefined when a stop left fewer
 * @throws InputError when all runs are alike, or when the runs allowed hold too few requests for what is asked
 */
export async function runReplications(
  job: ReplicationJob,
  thread: SimulationThread,
): Promise<readonly ReplicatedSystem[] | undefined> {
  const { scenario, plan, firstOutcomes } = job;
  /** By system, then by replication. */
  const found = firstOutcomes.map(({ records, window, metrics }) => [
    replicationOf(scenario.seed, records, window, metrics),
  ]);
  const extra = Math.min(availableParallelism(), plan.most - 1) - 1;
  const threads = [thread, ...Array.from({ length: Math.max(0, extra) }, () => thread.follower())];
  let done = 1;
  for (;;) {
    const wanted = plan.targets.length === 0 ? plan.most : nextCount(found, done, plan);
    if (wanted <= done) break;
    // One more each at first: then it shows whether anything is random.
    const next = done === 1 ? Math.min(wanted, 1 + threads.length) : wanted;
    const runs = await runRange(job, threads, done, next);
    for (const run of runs) run.forEach((replication, system) => found[system]!.push(replication));
    done += runs.length;
    if (done < next) break; // Stopped.
    refuseAlike(found);
  }
  if (done < 2) return undefined;
  const systems = found.map((replications) => ({ replications, estimates: estimatesOf(replications) }));
  if (!thread.stopped) refuseShortage(systems, plan);
  return systems;
}

/** The replications that the least sure system asks for. */
function nextCount(
  found: readonly (readonly Replication[])[],
  done: number,
  { targets, most }: ReplicationPlan,
): number {
  if (done === 1) return nextReplications(done, targets, [], most);
  const counts = found.map((replications) => {
    const estimates = estimatesOf(replications);
    return nextReplications(
      done,
      targets,
      targets.map((target) => estimateOf(estimates, target)),
      most,
    );
  });
  return Math.max(...counts);
}

/** Replications `from` to `to` - 1 of all systems, in order; up to the first that a stop cut off. */
async function runRange(
  job: ReplicationJob,
  threads: readonly SimulationThread[],
  from: number,
  to: number,
): Promise<Replication[][]> {
  const runs: (Replication[] | undefined)[] = [];
  let next = from;
  const work = async (thread: SimulationThread): Promise<void> => {
    while (next < to && !thread.stopped) {
      const index = next++;
      runs[index - from] = await runOnce(job, thread, replicationSeed(job.scenario.seed, index));
    }
  };
  await Promise.all(threads.map(work));
  const cut = runs.findIndex((run) => run === undefined);
  return (cut < 0 ? runs : runs.slice(0, cut)) as Replication[][];
}

/** One replication of every system; undefined when it was stopped. */
async function runOnce(
  { scenario, supplyOf, options }: ReplicationJob,
  thread: SimulationThread,
  seed: number,
): Promise<Replication[] | undefined> {
  thread.supply(await supplyOf(seed));
  const found: Replication[] = [];
  for (const system of scenario.systems) {
    const { outcome } = await thread.replay({ ...scenario, seed }, system, options);
    if (outcome.interrupted) return undefined;
    found.push(replicationOf(seed, outcome.records, outcome.window, outcome.metrics));
  }
  return found;
}

function refuseAlike(found: readonly (readonly Replication[])[]): void {
  if (!found.every(([first, second]) => areAlike(first!.series, second!.series))) return;
  throw new InputError({
    file: "--replications",
    message: "all runs are alike, whatever the seed: nothing in this scenario is random",
    expected:
      "drawn arrivals or lengths, a shuffled trace or a random router; of a recorded trace one run's own intervals tell what can be told",
  });
}

function refuseShortage(systems: readonly ReplicatedSystem[], { targets, most }: ReplicationPlan): void {
  for (const target of targets) {
    for (const { estimates, replications } of systems) {
      const estimate = estimateOf(estimates, target);
      if (estimate === undefined || isInterval(estimate)) continue;
      const runs = replicationsFor(replications.length, target, estimate);
      throw new InputError({
        file: "--precision",
        key: target.name,
        message: `too few requests: ${estimate.values} in ${most} replications, about ${estimate.needed} are needed`,
        expected: `about ${runs} replications (--replications ${runs}), or more requests in each`,
      });
    }
  }
}
