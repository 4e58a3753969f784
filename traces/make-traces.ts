/**
 * Writes the traces of this folder: `npm run traces`. Nothing in them is copied from a real trace; they
 * are drawn from the summary statistics in published-statistics.ts, the same bytes every time.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomStream } from "../src/core/random.ts";
import { createArrivalProcess } from "../src/workload/arrivals/arrival-process.ts";
import { MOONCAKE_BLOCK_TOKENS } from "../src/workload/readers/mooncake.ts";
import { drawPrefixBlocks } from "./prefix-blocks.ts";
import { AZURE_CONVERSATION, MOONCAKE_CONVERSATION, type TraceStatistics } from "./published-statistics.ts";
import { sampleLengths } from "./quantile-sampler.ts";

/** Bytes of each bundled trace by file name. */
export const BUNDLED_TRACES: Readonly<Record<string, () => string>> = {
  "conversation.csv": () => makeCsv(AZURE_CONVERSATION, 4000, 1),
  "azure-conv-like.csv": () => makeCsv(AZURE_CONVERSATION, 19_366, 2),
  // Burstiness 0.25 as in vLLM's serving benchmark: gamma gaps of CV 2.
  "bursty.csv": () => makeCsv({ ...AZURE_CONVERSATION, gapCv: 2 }, 3000, 3),
  "long-context.jsonl": () => makeLongContext(1500, 8),
};

function makeCsv(statistics: TraceStatistics, requests: number, seed: number): string {
  const { arrivals, input, output } = drawRequests(statistics, requests, seed);
  const rows = arrivals.map((seconds, i) => `${seconds.toFixed(6)},${input[i]!},${output[i]!}`);
  return `arrival_s,input_tokens,output_tokens\n${rows.join("\n")}\n`;
}

function makeLongContext(requests: number, seed: number): string {
  const { arrivals, input, output } = drawRequests(MOONCAKE_CONVERSATION, requests, seed);
  const blocks = drawPrefixBlocks(input, MOONCAKE_BLOCK_TOKENS, MOONCAKE_CONVERSATION.prefixHitRate, () =>
    randomStream(seed, "prefix-blocks"),
  );
  return arrivals
    .map((seconds, i) => {
      const timestamp = Math.round(seconds * 1000);
      const record = { timestamp, input_length: input[i], output_length: output[i], hash_ids: blocks[i] };
      return `${JSON.stringify(record)}\n`;
    })
    .join("");
}

/** Gamma gaps of the stated CV, stretched to the stated rate exactly, starting at 0; lengths independent of each other. */
function drawRequests(statistics: TraceStatistics, requests: number, seed: number) {
  const { ratePerSecond, gapCv, inputQuantiles, outputQuantiles } = statistics;
  const next = createArrivalProcess(
    { kind: "gamma", ratePerSecond, burstiness: 1 / gapCv ** 2 },
    randomStream(seed, "arrivals"),
  );
  const drawn = Array.from({ length: requests }, next);
  const first = drawn[0]!;
  const stretch = (requests - 1) / ratePerSecond / (drawn.at(-1)! - first);
  return {
    arrivals: drawn.map((seconds) => (seconds - first) * stretch),
    input: sampleLengths(inputQuantiles, requests, randomStream(seed, "input-lengths")),
    output: sampleLengths(outputQuantiles, requests, randomStream(seed, "output-lengths")),
  };
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, make] of Object.entries(BUNDLED_TRACES)) {
    writeFileSync(join(import.meta.dirname, name), make());
  }
}
