import type { Dataset } from "../dataset.ts";
import { attentionSeconds, cacheWrite, secondsAlone } from "../operator-seconds.ts";
import { MeasuredSystems } from "../systems.ts";

/** Attention of one layer, with the write of its keys and values, in which a chunk of a prompt and equal decodes share a kernel (casys-kaist/LLMServingSim). */
export const servingSimAttention: Dataset = {
  name: "op-llmservingsim-attention",
  title: "Attention of mixed batches",
  goals: {},
  columns: ["gpu", "model", "tp", "prefill_chunk", "kv_prefill", "n_decode", "kv_decode", "time_us"],
  comparer: () => {
    const systems = new MeasuredSystems();
    return (row) => {
      const [device, model, tp] = [row.text("gpu"), row.text("model"), row.positive("tp")];
      const heads = systems.attentionHeads(device, model, tp);
      const newTokens = row.number("prefill_chunk");
      const decodeSequences = row.number("n_decode");
      const call = {
        ...{ chunks: newTokens > 0 ? 1 : 0, newTokens, contextTokens: row.number("kv_prefill") },
        ...{ decodeSequences, decodeContextTokens: row.number("kv_decode") },
      };
      const machine = systems.machine(device);
      const written = secondsAlone(
        machine,
        cacheWrite(heads.kvHeads * heads.headSize),
        newTokens + decodeSequences,
      );
      return [
        {
          ...{ device, preset: systems.device(device).name, model },
          operator:
            newTokens === 0
              ? "decode_attention"
              : decodeSequences === 0
                ? "prefill_attention"
                : "mixed_attention",
          shape: `tp=${tp} chunk=${newTokens} kv_prefill=${call.contextTokens} n_decode=${decodeSequences} kv_decode=${call.decodeContextTokens}`,
          metric: "kernel_time",
          measured: row.positive("time_us") / 1e6,
          predicted: written + attentionSeconds(machine.attention(heads), call),
          target: false,
        },
      ];
    };
  },
};
