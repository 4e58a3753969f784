import type { EngineConfig } from "../../src/serving/config.ts";
import { StepShape, type StepCost } from "../../src/perf/step-cost.ts";
import type { ListedRequest } from "./list-source.ts";

export interface ReferenceOutcome {
  firstScheduledSeconds: number;
  firstTokenSeconds: number;
  finishSeconds: number;
  maxTbtSeconds: number;
  preemptions: number;
}

interface Sequence extends ReferenceOutcome {
  readonly request: ListedRequest;
  computed: number;
  generated: number;
  blocks: number;
  lastTokenSeconds: number;
  /** Everything before the next token is in the cache but the last token itself. */
  decoding: boolean;
}

/**
 * One vLLM V1 engine, written a second time and as naively as possible straight from what the scheduler is documented
 * to do: lists of objects, every block counted on its sequence, a clock that adds up step times, no shortcuts. The
 * simulator is held against it. All requests must be admissible.
 */
export function runReferenceEngine(
  requests: readonly ListedRequest[],
  engine: EngineConfig,
  cost: StepCost,
): ReferenceOutcome[] {
  const sequences = requests.map((request): Sequence => ({
    request,
    firstScheduledSeconds: NaN,
    firstTokenSeconds: NaN,
    finishSeconds: NaN,
    maxTbtSeconds: NaN,
    preemptions: 0,
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
  const freeBlocks = () => engine.kvBlocks - sequences.reduce((sum, { blocks }) => sum + blocks, 0);
  const blocksFor = (tokens: number) => Math.ceil(tokens / engine.blockSize);
  let now = 0;

  const wanted = (sequence: Sequence, budget: number) => {
    const missing = sequence.request.inputTokens + sequence.generated - sequence.computed;
    const threshold = engine.longPrefillTokenThreshold;
    return Math.min(threshold > 0 ? Math.min(missing, threshold) : missing, budget);
  };
  const allocate = (sequence: Sequence, tokens: number): boolean => {
    const needed = blocksFor(sequence.computed + tokens) - sequence.blocks;
    if (needed > freeBlocks()) return false;
    sequence.blocks += needed;
    return true;
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
        victim.blocks = 0;
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
      const unlimited = wanted(sequence, Infinity);
      if (!engine.enableChunkedPrefill && unlimited > budget) break;
      const tokens = Math.min(unlimited, budget);
      if (!allocate(sequence, tokens)) break;
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

    for (const [sequence, tokens] of scheduled) {
      sequence.computed += tokens;
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
        sequence.blocks = 0;
        running.splice(running.indexOf(sequence), 1);
      }
    }
  }
  return sequences;
}
