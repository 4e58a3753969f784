import { StepShape, type StepCost } from "../../../perf/step-cost.ts";
import type { Cluster } from "../../cluster.ts";
import { poolsOf, type EngineConfig, type PoolConfig, type SimulationConfig } from "../../config.ts";
import type { RequestLog } from "../../request-log.ts";
import { STATUS, type AuditCheck } from "../../result.ts";
import { check, TOLERANCE } from "./check.ts";

/**
 * Two bounds that hold for every scheduler: a system serves no faster than its peak compute and bandwidth would do all of
 * its work at once (saturation), and holds no fewer requests than if each had a machine of its own (M/G/∞). Where pools
 * differ, work may choose between them, and neither bound is simple. What a cache held of a prompt needs no work, and tokens
 * that are verified together share their step.
 */
export function boundLaws(cluster: Cluster, config: SimulationConfig): AuditCheck[] {
  const pools = poolsOf(config);
  if (pools.length > 1) return [];
  const rows = completedRows(cluster.log);
  if (rows.length === 0) return [];
  return [saturation(cluster, pools[0]!, rows), infiniteServers(cluster, pools[0]!, rows)];
}

/** Throughput ≤ saturation throughput: the run is at least as long as all its work at the roofline, shared by the replicas. */
function saturation(
  { log, nowSeconds, firstArrivalSeconds, replicas }: Cluster,
  { cost, engine }: PoolConfig,
  rows: Int32Array,
): AuditCheck {
  const perRead = tokensPerStep(engine);
  const shape = new StepShape(cost.windowTokens.length, rows.length);
  for (const row of rows) {
    const prompt = log.inputTokens[row]!;
    const gaps = log.outputTokens[row]! - 1;
    const found = foundTokens(log, row);
    shape.addChunk(prompt - found, found);
    shape.decodeSequences += gaps;
    shape.decodeContextTokens += sumFrom(prompt + 1, gaps) / perRead;
    cost.windowTokens.forEach((window, i) => {
      // The first steps still see less than the window.
      const growing = Math.min(gaps, Math.max(0, window - prompt));
      shape.decodeWindowTokens[i]! += (sumFrom(prompt + 1, growing) + (gaps - growing) * window) / perRead;
    });
  }
  shape.logitSequences = rows.length + shape.decodeSequences;
  const seconds = nowSeconds - firstArrivalSeconds;
  const least = cost.rooflineSeconds(shape) / replicas.length;
  const share = seconds > 0 ? least / seconds : 0;
  return check(
    "throughput is below saturation",
    least <= seconds * (1 + TOLERANCE),
    `${rows.length / seconds} requests/s, ${rows.length / least} at peak compute and bandwidth (${share} of it)`,
  );
}

/** Requests that are held against a machine of their own. */
const SAMPLE = 32;

/**
 * Mean number in the system ≥ λ E[S], the mean of M/G/∞ with the time S that a request takes alone. What must hold is the
 * roofline's S; the detail compares with the S of an idle replica.
 */
function infiniteServers(
  { log, requestSeconds, nowSeconds, firstArrivalSeconds }: Cluster,
  { cost, engine }: PoolConfig,
  rows: Int32Array,
): AuditCheck {
  const largest = engine.enableChunkedPrefill
    ? Math.min(engine.maxNumBatchedTokens, engine.longPrefillTokenThreshold || Infinity)
    : Infinity;
  const stride = Math.ceil(rows.length / SAMPLE);
  let taken = 0;
  let alone = 0;
  let ahead = 0;
  for (let i = 0; i < rows.length; i += stride) {
    const row = rows[i]!;
    const [prompt, gaps] = [log.inputTokens[row]!, log.outputTokens[row]! - 1];
    const seconds = log.finishSeconds[row]! - log.arrivalSeconds[row]!;
    taken += seconds;
    const found = foundTokens(log, row);
    const steps = Math.ceil(gaps / tokensPerStep(engine));
    alone += idleSeconds(cost, prompt, found, steps, largest);
    if (floorSeconds(cost, prompt, found, steps) > seconds * (1 + TOLERANCE)) ahead++;
  }
  const mean = requestSeconds / (nowSeconds - firstArrivalSeconds);
  return check(
    "no fewer requests in the system than in M/G/∞",
    ahead === 0,
    `${mean} on average, ${(mean * alone) / taken} if each had an idle replica; ${ahead} of ${Math.ceil(rows.length / stride)} looked at beat their roofline`,
  );
}

/** Tokens of a prompt that were found in a cache and not computed; all but one where a preemption hides how many. */
function foundTokens({ cachedTokens, inputTokens, preemptions }: RequestLog, row: number): number {
  if (cachedTokens === undefined) return 0;
  return preemptions[row] === 0 ? Math.max(0, cachedTokens[row]!) : inputTokens[row]! - 1;
}

/** Tokens that a sequence gets at most from one step, and so from one look at its keys and values. */
function tokensPerStep({ speculation }: EngineConfig): number {
  return (speculation?.tokens ?? 0) + 1;
}

/** Time of a request alone on a replica: what was not found of its prompt in the largest chunks, then its decode steps. */
function idleSeconds(
  cost: StepCost,
  prompt: number,
  found: number,
  decodeSteps: number,
  largest: number,
): number {
  const use = cost.openUse();
  const shape = new StepShape(cost.windowTokens.length, 1);
  let seconds = 0;
  for (let done = found; done < prompt;) {
    const chunk = Math.min(largest, prompt - done);
    shape.clearChunks();
    shape.addChunk(chunk, done);
    done += chunk;
    shape.logitSequences = done === prompt ? 1 : 0;
    seconds += cost.step(shape, use);
  }
  // Between them the steps lengthen with the context, nearly in a straight line.
  const ends = [prompt + 1, prompt + Math.max(1, decodeSteps)].map((context) =>
    cost.step(decodeShape(cost, context), use),
  );
  return seconds + (decodeSteps * (ends[0]! + ends[1]!)) / 2;
}

/** What a request takes at least: what was not found of its prompt at once, then steps with the context of the first. */
function floorSeconds(cost: StepCost, prompt: number, found: number, decodeSteps: number): number {
  const shape = new StepShape(cost.windowTokens.length, 1);
  shape.addChunk(prompt - found, found);
  shape.logitSequences = 1;
  const decode = decodeSteps === 0 ? 0 : decodeSteps * cost.rooflineSeconds(decodeShape(cost, prompt + 1));
  return cost.rooflineSeconds(shape) + decode;
}

/** One sequence that decodes. */
function decodeShape(cost: StepCost, contextTokens: number): StepShape {
  const shape = new StepShape(cost.windowTokens.length, 0);
  shape.decodeSequences = 1;
  shape.logitSequences = 1;
  shape.decodeContextTokens = contextTokens;
  cost.windowTokens.forEach((window, i) => {
    shape.decodeWindowTokens[i] = Math.min(window, contextTokens);
  });
  return shape;
}

/** first + (first + 1) + …, so many terms. */
function sumFrom(first: number, terms: number): number {
  return terms * first + (terms * (terms - 1)) / 2;
}

function completedRows(log: RequestLog): Int32Array {
  const rows = new Int32Array(log.length);
  let count = 0;
  for (let row = 0; row < log.length; row++) if (log.status[row] === STATUS.completed) rows[count++] = row;
  return rows.subarray(0, count);
}
