import { InputError, type InputProblem } from "../core/errors.ts";
import type { EngineConfig, SloConfig } from "../serving/config.ts";
import { WHOLE_PROMPT_SCHEDULERS, type SchedulerConfig } from "../serving/scheduler-config.ts";
import type { Located, Path } from "./located.ts";
import { problemAt } from "./problems.ts";
import type { SystemInput } from "./schema.ts";
import type { SchedulerInput } from "./scheduler-schema.ts";
import type { SettingMap } from "./setting-map.ts";

/**
 * The scheduling policy with all that it needs to know.
 * @throws InputError for a policy that lacks a target or contradicts the engine's settings
 */
export function resolveScheduler(
  root: Located,
  scheduler: SchedulerInput,
  slo: SloConfig,
  engine: EngineConfig,
): SchedulerConfig {
  const refuse = (path: Path, problem: Partial<InputProblem> & { message: string }) =>
    new InputError(problemAt(root, ["serving", "scheduler", ...path], problem));
  switch (scheduler.policy) {
    case "vllm-v1":
    case "vllm-v0":
    case "orca":
    case "static":
      return { policy: scheduler.policy };
    case "sarathi": {
      const chunkTokens = Math.min(scheduler.chunk_size, engine.maxNumBatchedTokens);
      if (chunkTokens < engine.maxNumSeqs) {
        const expected = `at least max_num_seqs, which is ${engine.maxNumSeqs}: every decode takes a token of it`;
        throw refuse(["chunk_size"], { message: "invalid value", found: chunkTokens, expected });
      }
      return { policy: "sarathi", chunkTokens };
    }
    case "sjf": {
      const { prediction_error: predictionError, aging: agingTokensPerSecond } = scheduler;
      return { policy: "sjf", predictionError, agingTokensPerSecond };
    }
    case "priority":
      if (Object.keys(scheduler.priorities).length === 0) {
        throw refuse([], {
          message: "priority needs to know which class goes first",
          expected: "{policy: priority, priorities: {chat: 0, batch: 1}}",
        });
      }
      return scheduler;
    case "edf": {
      const byClass = Object.values(slo.byClass ?? {});
      if (
        slo.request.ttftSeconds === undefined &&
        byClass.every(({ ttftSeconds }) => ttftSeconds === undefined)
      ) {
        throw refuse([], {
          message: "edf needs a deadline for the first token",
          expected: "slo.ttft, or a ttft for every class in slo.by_class",
        });
      }
      return { policy: "edf" };
    }
    case "fair": {
      const { prompt_weight: promptWeight, output_weight: outputWeight } = scheduler;
      if (promptWeight + outputWeight === 0) {
        throw refuse(["output_weight"], {
          message: "prompt and output tokens cannot both count for nothing",
        });
      }
      return { policy: "fair", promptWeight, outputWeight };
    }
    case "co-scheduling": {
      const tbtSeconds = tbtTarget(slo);
      if (tbtSeconds === undefined) {
        throw refuse([], {
          message: "co-scheduling needs a target for the gap between tokens",
          expected: "slo.max_tbt, a percentile like slo.tbt_p99, or slo.tpot",
        });
      }
      return { policy: "co-scheduling", tbtSeconds, minChunkTokens: scheduler.min_chunk };
    }
  }
}

/** Whether prompts are split over steps: as written, else as the policy does. */
export function resolveChunking(root: Located, serving: SystemInput["serving"]): boolean {
  const { scheduler, enable_chunked_prefill: written } = serving;
  const whole = WHOLE_PROMPT_SCHEDULERS.has(scheduler.policy);
  if (whole && written === true) {
    throw new InputError(
      problemAt(root, ["serving", "enable_chunked_prefill"], {
        message: `${scheduler.policy} never splits a prompt:`,
        found: written,
        expected: "false, or no such key",
      }),
    );
  }
  return written ?? !whole;
}

type Swapping = Extract<SchedulerInput, { policy: "vllm-v0"; preemption: "swap" }>;

export function swaps(scheduler: SchedulerInput): scheduler is Swapping {
  return scheduler.policy === "vllm-v0" && scheduler.preemption === "swap";
}

/**
 * Blocks on the host, and the time to move one over its link.
 * @param blockBytes of one block on one device
 * @throws InputError when not even one block has room on the host
 */
export function resolveHostSwap(
  root: Located,
  { swap_space: spaceBytes, swap_bandwidth: bytesPerSecond }: Swapping,
  blockBytes: number,
): EngineConfig["hostSwap"] {
  const blocks = Math.floor(spaceBytes / blockBytes);
  if (blocks === 0) {
    throw new InputError(
      problemAt(root, ["serving", "scheduler", "swap_space"], {
        message: "swapping needs memory on the host",
        expected: `room for one block at least, ${blockBytes} bytes`,
      }),
    );
  }
  return { blocks, secondsPerBlock: blockBytes / bytesPerSecond };
}

/** As a scenario would state it: the name alone where there is nothing to add. */
export function schedulerSettings(scheduler: SchedulerInput): SettingMap | string {
  return Object.keys(scheduler).length === 1 ? scheduler.policy : { ...scheduler };
}

/**
 * The strictest of the targets that bound a gap, those of single classes included, as all classes share the steps; where
 * none does, the strictest mean gap of a request.
 */
function tbtTarget({ request, byClass = {}, run }: SloConfig): number | undefined {
  const targets = [request, ...Object.values(byClass)];
  const strictest = (seconds: readonly (number | undefined)[]) => {
    const known = seconds.filter((value) => value !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  };
  const gaps = run.filter(({ metric }) => metric === "tbt").map(({ seconds }) => seconds);
  return (
    strictest([...gaps, ...targets.map(({ maxTbtSeconds }) => maxTbtSeconds)]) ??
    strictest(targets.map(({ tpotSeconds }) => tpotSeconds))
  );
}
