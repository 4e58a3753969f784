import { InputError } from "../core/errors.ts";
import type { LlmModel } from "../models/llm-model.ts";
import type { ExplainedBatch } from "../perf/step-explanation.ts";
import { formatCount } from "../report/format.ts";
import type { ExplainFlags } from "./flags.ts";

type BatchFlag = "batch" | "context" | "tokens" | "cached";

/** Flags that a phase hears. */
const PHASES: Readonly<Record<string, readonly BatchFlag[]>> = {
  decode: ["batch", "context"],
  prefill: ["tokens", "cached"],
  mixed: ["batch", "context", "tokens", "cached"],
};
const BATCH_FLAGS = PHASES["mixed"]!;

const DEFAULTS: Readonly<Record<BatchFlag, number>> = { batch: 64, context: 1024, tokens: 512, cached: 0 };

/** More than any engine runs at a time. */
const MOST_SEQUENCES = 2 ** 16;

/** @throws InputError for an unknown phase, a flag that the phase does not hear, or a count beyond what can be */
export function explainedBatch(model: LlmModel, flags: ExplainFlags): ExplainedBatch {
  const heard = PHASES[flags.phase];
  if (heard === undefined) {
    const accepted = Object.keys(PHASES);
    throw new InputError({ file: "--phase", message: "unknown phase", found: flags.phase, accepted });
  }
  for (const flag of BATCH_FLAGS) {
    if (flags[flag] === undefined || heard.includes(flag)) continue;
    throw new InputError({
      ...{ file: `--${flag}`, message: `has no effect in phase ${flags.phase}` },
      expected: heard.map((name) => `--${name}`).join(" and "),
    });
  }
  const valueOf = (flag: BatchFlag) => (heard.includes(flag) ? (flags[flag] ?? DEFAULTS[flag]) : 0);
  const batch: ExplainedBatch = {
    decodeSequences: valueOf("batch"),
    contextTokens: valueOf("context"),
    promptTokens: valueOf("tokens"),
    cachedTokens: valueOf("cached"),
  };
  const positions = model.maxPositionTokens;
  const ofModel = `the ${formatCount(positions)} positions of ${model.name}`;
  checkRange(heard, "batch", batch.decodeSequences, 1, MOST_SEQUENCES, "");
  checkRange(heard, "context", batch.contextTokens, 1, positions, `, ${ofModel}`);
  checkRange(heard, "tokens", batch.promptTokens, 1, positions, `, ${ofModel}`);
  const room = positions - batch.promptTokens;
  checkRange(heard, "cached", batch.cachedTokens, 0, room, `, what the prompt leaves of ${ofModel}`);
  return batch;
}

function checkRange(
  heard: readonly BatchFlag[],
  flag: BatchFlag,
  found: number,
  least: number,
  most: number,
  why: string,
): void {
  if (!heard.includes(flag) || (found >= least && found <= most)) return;
  const expected = `${least} to ${formatCount(most)}${why}`;
  throw new InputError({ file: `--${flag}`, message: "invalid value", found, expected });
}
