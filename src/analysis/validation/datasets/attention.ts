import { replaying } from "../../../hardware/conditions.ts";
import { machineOf } from "../../../perf/compile.ts";
import type { Dataset } from "../dataset.ts";
import { attentionSeconds, cacheWrite, secondsAlone } from "../operator-seconds.ts";
import { MeasuredSystems } from "../systems.ts";
import { BF16 } from "../../../models/llm-model.ts";

const LEAST_TARGET_PREFILL_SECONDS = 50e-6;

/**
 * FlashAttention kernels as vLLM calls them, with the write of new keys and values into the cache, of one layer: equal
 * prompts, or one new token a sequence (aiconfigurator). Calls are replayed over the same cache, which the L2 may hold.
 */
export const attention: Dataset = {
  name: "op-attention",
  title: "Attention",
  goals: { prefill_time: { mdape: 0.07, p90ape: 0.2 }, decode_time: { mdape: 0.1, p90ape: 0.3 } },
  columns: [
    ...["gpu", "phase", "batch", "q_len_per_seq", "kv_len_per_seq"],
    ...["num_q_heads", "num_kv_heads", "head_dim", "time_us"],
  ],
  comparer: () => {
    const systems = new MeasuredSystems();
    return (row) => {
      const device = row.text("gpu");
      const decode = row.text("phase") === "decode";
      const [batch, newTokens, keys] = [
        row.positive("batch"),
        row.positive("q_len_per_seq"),
        row.positive("kv_len_per_seq"),
      ];
      const [queryHeads, kvHeads, headSize] = [
        row.positive("num_q_heads"),
        row.positive("num_kv_heads"),
        row.positive("head_dim"),
      ];
      const kvBytesPerToken = 2 * kvHeads * headSize * BF16.kvBytes;
      const cacheBytes = decode ? batch * keys * kvBytesPerToken : Infinity;
      const machine = machineOf(replaying(systems.device(device), cacheBytes), 1, BF16);
      const kernel = machine.attention({
        queryHeads,
        kvHeads,
        headSize,
        kvBytesPerToken,
        convertedPerToken: 0,
      });
      const measured = row.positive("time_us") / 1e6;
      const written = secondsAlone(machine, cacheWrite(kvHeads * headSize), batch * newTokens);
      const attended = attentionSeconds(
        kernel,
        decode
          ? { chunks: 0, newTokens: 0, contextTokens: 0, decodeSequences: batch, decodeContextTokens: keys }
          : {
              ...{ chunks: batch, newTokens, contextTokens: keys - newTokens },
              ...{ decodeSequences: 0, decodeContextTokens: 0 },
            },
      );
      return [
        {
          ...{
            device,
            preset: systems.device(device).name,
            model: "",
            measured,
            predicted: written + attended,
          },
          operator: decode ? "decode_attention" : "prefill_attention",
          shape: `batch=${batch} q=${newTokens} kv=${keys} heads=${queryHeads}/${kvHeads} d=${headSize}`,
          metric: decode ? "decode_time" : "prefill_time",
          target: decode || measured >= LEAST_TARGET_PREFILL_SECONDS,
        },
      ];
    };
  },
};
