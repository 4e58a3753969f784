import { StepShape, type StepUse } from "../../perf/step-cost.ts";
import type { PoolConfig } from "../config.ts";
import type { LoadView } from "./load-view.ts";

/** How fast replicas work off prompts, as far as a router can know: by the cost of a full step of theirs. */
export class PromptPace {
  readonly #poolOf: readonly PoolConfig[];
  readonly #view: LoadView;
  readonly #shapes: readonly StepShape[];
  /** What the steps that were only asked about would have used. */
  readonly #unused: readonly StepUse[];

  /** @param poolOf pool of each replica */
  constructor(poolOf: readonly PoolConfig[], view: LoadView) {
    this.#poolOf = poolOf;
    this.#view = view;
    this.#shapes = poolOf.map(({ cost }) => new StepShape(cost.windowTokens.length, 1));
    this.#unused = poolOf.map(({ cost }) => cost.openUse());
  }

  /**
   * Seconds for each prompt token of a step that is full of them beside the requests that the replica has open, all
   * taken to decode.
   * @param contextTokens computed before, of the same prompt
   */
  secondsPerToken(replica: number, contextTokens: number): number {
    const { cost, engine } = this.#poolOf[replica]!;
    const shape = this.#shapes[replica]!;
    const open = this.#view.openRequests[replica]!;
    const decodes = Math.max(0, Math.min(open, engine.maxNumSeqs, engine.maxNumBatchedTokens - 1));
    const chunk = Math.min(engine.maxNumBatchedTokens - decodes, engine.maxModelLen);
    const attended = open > 0 ? (this.#view.openTokens[replica]! / open) * decodes : 0;
    shape.clearChunks();
    shape.addChunk(chunk, contextTokens);
    shape.decodeSequences = decodes;
    shape.decodeContextTokens = attended;
    for (const [i, window] of cost.windowTokens.entries()) {
      shape.decodeWindowTokens[i] = Math.min(attended, window * decodes);
    }
    shape.logitSequences = decodes + 1;
    return cost.step(shape, this.#unused[replica]!) / chunk;
  }
}
