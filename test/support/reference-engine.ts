import type { EngineConfig } from "../../src/serving/config.ts";
import { StepShape, type StepCost } from "../../src/perf/step-cost.ts";
import type { ListedRequest } from "./list-source.ts";
import { NaivePrefixCache } from "./naive-prefix-cache.ts";

export interface ReferenceOutcome {
  firstScheduledSeconds: number;
  firstTokenSeconds: number;
  finishSeconds: number;
  maxTbtSeconds: number;
  preemptions: number;
  /** Found in the cache at the latest admission. */
  cachedTokens: number;
}

interface Sequence extends ReferenceOutcome {
  readonly request: ListedRequest;
  computed: number;
  generated: number;
  blocks: number;
  /** All tokens of prompt and answer, for prefix caching. */
  readonly tokens: readonly number[];
  lastTokenSeconds: number;
  /** Everything before the next token is in the cache but the last token itself. */
  decoding: boolean;
}

/**
 * One vLLM V1 engine, written a second time and as naively as possible straight from what the scheduler is documented
 * to do: lists of objects, every block counted on its sequence, a clock that adds up step times, no shortcuts. The
 * simulator is held against it. All requests must be admissible.
 * @param contents tokens of each prompt and answer, where the engine caches prefixes
 */
export function runReferenceEngine(
  requests: readonly ListedRequest[],
  engine: EngineConfig,
  cost: StepCost,
  contents?: readonly (readonly number[])[],
): ReferenceOutcome[] {
  const cache = contents && new NaivePrefixCache(engine.kvBlocks, engine.blockSize);
  const sequences = requests.map((request, row): Sequence => ({
    request,
    tokens: contents?.[row] ?? [],
    firstScheduledSeconds: NaN,
    firstTokenSeconds: NaN,
    finishSeconds: NaN,
    maxTbtSeconds: NaN,
    preemptions: 0,
    cachedTokens: 0,
    computed: 0,
    generated: 0,
    blocks: 0,
    lastTokenSeconds: NaN,
    decoding: false,
  }));
  const notArrived = [...sequences];
  const waiting: Sequence[] = [];
  const running: Sequence[] = [];
  const use = cost.openUse();
  const freeBlocks = () =>
    cache?.freeBlocks ?? engine.kvBlocks - sequences.reduce((sum, { blocks }) => sum + blocks, 0);
  /** Blocks that only tokens behind the sliding window are in. */
  const behind = (computed: number) =>
    Math.max(0, Math.floor((computed - (engine.slidingWindowTokens ?? Infinity) + 1) / engine.blockSize));
  const blocksFor = (tokens: number) => Math.ceil(tokens / engine.blockSize);
  let now = 0;

  const wanted = (sequence: Sequence, budget: number) => {
    const missing = sequence.request.inputTokens + sequence.generated - sequence.computed;
    const threshold = engine.longPrefillTokenThreshold;
    return Math.min(threshold > 0 ? Math.min(missing, threshold) : missing, budget);
  };
  const allocate = (sequence: Sequence, tokens: number): boolean => {
    const needed = blocksFor(sequence.computed + tokens) - behind(sequence.computed) - sequence.blocks;
    if (needed > freeBlocks()) return false;
    sequence.blocks += needed;
    if (cache !== undefined) {
      const row = sequences.indexOf(sequence);
      cache.take(row, needed);
      cache.computed(row, sequence.tokens.slice(0, sequence.computed + tokens));
    }
    return true;
  };
  const free = (sequence: Sequence) => {
    sequence.blocks = 0;
    cache?.release(sequences.indexOf(sequence));
  };
  /** What a waiting sequence would find in the cache, in blocks, and how many of them are free. */
  const find = ({ tokens, request, generated }: Sequence) => {
    const found = cache?.match(tokens.slice(0, request.inputTokens + generated));
    return { blocks: found?.blocks ?? 0, free: (found?.blocks ?? 0) - (found?.held ?? 0) };
  };
  const hold = (sequence: Sequence) => {
    const { tokens, request, generated } = sequence;
    if (cache === undefined) return;
    sequence.blocks = cache.admit(
      sequences.indexOf(sequence),
      tokens.slice(0, request.inputTokens + generated),
    );
    sequence.cachedTokens = sequence.blocks * engine.blockSize;
    sequence.computed = sequence.cachedTokens;
  };

  while (notArrived.length + waiting.length + running.length > 0) {
    if (waiting.length + running.length === 0) now = Math.max(now, notArrived[0]!.request.arrivalSeconds);
    while (notArrived.length > 0 && notArrived[0]!.request.arrivalSeconds <= now)
      waiting.push(notArrived.shift()!);

    let budget = engine.maxNumBatchedTokens;
    let preempted = false;
    const scheduled = new Map<Sequence, number>();
    scheduling: for (let index = 0; index < running.length && budget > 0; index++) {
      const sequence = running[index]!;
      const tokens = wanted(sequence, budget);
      while (!allocate(sequence, tokens)) {
        const victim = running.pop()!;
        free(victim);
        victim.computed = 0;
        victim.decoding = false;
        victim.preemptions++;
        waiting.unshift(victim);
        preempted = true;
        if (victim === sequence) break scheduling;
      }
      scheduled.set(sequence, tokens);
      budget -= tokens;
    }
    while (!preempted && waiting.length > 0 && budget > 0 && running.length < engine.maxNumSeqs) {
      const sequence = waiting[0]!;
      const found = find(sequence);
      sequence.computed = found.blocks * engine.blockSize;
      const unlimited = wanted(sequence, Infinity);
      sequence.computed = 0;
      if (!engine.enableChunkedPrefill && unlimited > budget) break;
      const tokens = Math.min(unlimited, budget);
      const after = blocksFor(found.blocks * engine.blockSize + tokens);
      if (after - found.blocks + found.free > freeBlocks()) break;
      hold(sequence);
      allocate(sequence, tokens);
      waiting.shift();
      running.push(sequence);
      scheduled.set(sequence, tokens);
      budget -= tokens;
      if (Number.isNaN(sequence.firstScheduledSeconds)) sequence.firstScheduledSeconds = now;
    }

    const shape = new StepShape(cost.windowTokens.length, engine.maxNumSeqs);
    for (const [{ request, computed, generated, decoding }, tokens] of scheduled) {
      const target = request.inputTokens + generated;
      if (computed + tokens === target) shape.logitSequences++;
      if (decoding) {
        shape.decodeSequences++;
        shape.decodeContextTokens += target;
        for (const [i, window] of cost.windowTokens.entries())
          shape.decodeWindowTokens[i]! += Math.min(target, window);
      } else {
        shape.addChunk(tokens, computed);
      }
    }
    now += cost.step(shape, use);

    const finishers: Sequence[] = [];
    const lateFinishers: Sequence[] = [];
    for (const [sequence, tokens] of scheduled) {
      const wasPrefilling = !sequence.decoding;
      const { computed } = sequence;
      sequence.computed += tokens;
      sequence.blocks -= behind(sequence.computed) - behind(computed);
      if (sequence.computed < sequence.request.inputTokens + sequence.generated) continue;
      sequence.generated++;
      sequence.decoding = true;
      if (sequence.generated === 1) sequence.firstTokenSeconds = now;
      else {
        const gap = now - sequence.lastTokenSeconds;
        sequence.maxTbtSeconds = Math.max(
          gap,
          Number.isNaN(sequence.maxTbtSeconds) ? 0 : sequence.maxTbtSeconds,
        );
      }
      sequence.lastTokenSeconds = now;
      if (sequence.generated === sequence.request.outputTokens) {
        sequence.finishSeconds = now;
        (wasPrefilling ? lateFinishers : finishers).push(sequence);
        running.splice(running.indexOf(sequence), 1);
      }
    }
    // Among equals the earlier arrival gives its blocks back first.
    finishers.sort((a, b) => sequences.indexOf(a) - sequences.indexOf(b));
    for (const sequence of [...finishers, ...lateFinishers]) free(sequence);
  }
  return sequences;
}
