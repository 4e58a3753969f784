import { InputError } from "../../core/errors.ts";
import { MOONCAKE_BLOCK_TOKENS } from "../readers/mooncake.ts";
import type { RequestTable } from "../request.ts";

const ROWS_A_CHUNK = 1000;

/**
 * A trace as Mooncake JSONL (format `mooncake`), in chunks of text: timestamp in milliseconds (to the nanosecond), lengths, prefix blocks.
 * Classes have no place in it.
 * @throws InputError for a trace without prefix blocks, or with blocks of another size than 512 tokens
 */
export function* formatMooncakeJsonl(table: RequestTable): Generator<string, void, undefined> {
  const { prefixBlocks: blocks, sessionId } = table;
  if (blocks?.blockTokens !== MOONCAKE_BLOCK_TOKENS) {
    throw new InputError({
      message: "the trace has no prefix blocks to write",
      expected: `a trace with blocks of ${MOONCAKE_BLOCK_TOKENS} tokens, or csv to write`,
    });
  }
  for (let start = 0; start < table.length; start += ROWS_A_CHUNK) {
    let text = "";
    for (let i = start; i < Math.min(start + ROWS_A_CHUNK, table.length); i++) {
      const record = {
        // To the nanosecond: a product with 1000 alone would show the rounding of the division before.
        timestamp: Math.round(table.arrivalSeconds[i]! * 1e9) / 1e6,
        input_length: table.inputTokens[i],
        output_length: table.outputTokens[i],
        ...(sessionId !== undefined && sessionId[i]! >= 0 && { session_id: sessionId[i] }),
        hash_ids: [...blocks.ids.subarray(blocks.offsets[i], blocks.offsets[i + 1])],
      };
      text += `${JSON.stringify(record)}\n`;
    }
    yield text;
  }
}
