import type { SchedulerName } from "../config.ts";
import type { Scheduler } from "../scheduler.ts";
import { vllmV1 } from "./vllm-v1.ts";

/** Every scheduling policy by its name in scenarios. */
export const SCHEDULER_BY_NAME: Readonly<Record<SchedulerName, Scheduler>> = { "vllm-v1": vllmV1 };
