import type { GroupedAttention } from "../llm-model.ts";
import type { ConfigReader } from "./config-reader.ts";
import type { Family } from "./llama-like.ts";

/** Under which keys an architecture keeps its sizes, and in what it differs from GPT-2. */
interface GptTraits {
  readonly hidden: string;
  readonly heads: string;
  readonly layers: string;
  readonly positions: string;
  /** 4 · hidden size when the config does not have it. */
  readonly intermediate: string;
  readonly attention?: Partial<GroupedAttention>;
  /** Rows of the learned position table beyond the context; no table unless given. */
  readonly extraPositions?: number;
  readonly normsPerLayer?: number;
  readonly tiedByDefault: boolean;
  readonly lmHeadBias?: boolean;
}

/** Architectures with layer norms, biases, and an MLP of two matrices. */
export function gptLike(traits: GptTraits): Family {
  return (config: ConfigReader) => {
    const hiddenSize = config.count(traits.hidden);
    const heads = config.count(traits.heads);
    const positions = config.count(traits.positions);
    const intermediateSize = config.optionalCount(traits.intermediate) ?? 4 * hiddenSize;
    return {
      hiddenSize,
      vocabSize: config.count("vocab_size"),
      maxPositionTokens: positions,
      attention: {
        kind: "grouped",
        queryHeads: heads,
        kvHeads: config.optionalCount("num_key_value_heads") ?? heads,
        headSize: config.dividedBy(traits.hidden, hiddenSize, heads),
        ...{ qkvBias: true, outputBias: true, qkNorm: false },
        ...traits.attention,
      },
      layerGroups: [
        {
          layers: config.count(traits.layers),
          windowTokens: null,
          mlp: { kind: "dense", intermediateSize, gated: false, bias: true },
        },
      ],
      normsPerLayer: traits.normsPerLayer ?? 2,
      normBias: true,
      tiedEmbeddings: config.optionalBoolean("tie_word_embeddings") ?? traits.tiedByDefault,
      learnedPositions: traits.extraPositions === undefined ? 0 : positions + traits.extraPositions,
      lmHeadBias: traits.lmHeadBias ?? false,
    };
  };
}
