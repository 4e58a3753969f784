import type { ExpertSkew } from "./expert-load.ts";

/** y[rows, outputs] = x[rows, inputs] · w[inputs, outputs] on one device. */
export interface MatrixProduct {
  readonly kind: "product";
  readonly name: string;
  readonly count: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Bytes of one weight. */
  readonly weightBytes: number;
  /** Bytes of one activation. */
  readonly activationBytes: number;
  /** Weights are stored in a format that arithmetic does not take: each is converted when it is read. */
  readonly dequantised: boolean;
}

/** Work on every element of a row, done by vector units. */
export interface Elementwise {
  readonly kind: "elementwise";
  readonly name: string;
  readonly count: number;
  /** Vector operations of one row. */
  readonly flopsPerRow: number;
  /** Bytes read and written per row when the operator runs on its own. */
  readonly bytesPerRow: number;
  /** Of these, what memory must be read or written for in any case. */
  readonly dramBytesPerRow: number;
  /** Of these, what one thread block of a GPU moves on its own: the row, or nothing where elements are dealt to all. */
  readonly blockBytesPerRow: number;
  /** A dataflow accelerator can apply it to each tile that the product before it puts out. */
  readonly fusable: boolean;
}

/**
 * Devices exchange rows: their Σ goes back to all (all-reduce), parts are put together on all (all-gather), every row is
 * handed to the devices that need it (all-to-all), or all rows go to one other device (send).
 */
export interface Collective {
  readonly kind: "all-reduce" | "all-gather" | "all-to-all" | "send";
  readonly name: string;
  readonly count: number;
  /** Devices that take part. */
  readonly devices: number;
  /** Bytes of one whole row. */
  readonly bytesPerRow: number;
}

/** The routed experts of one layer on the device that has most to do. Rows are the tokens of all devices together. */
export interface Experts {
  readonly kind: "experts";
  readonly name: string;
  readonly count: number;
  readonly hiddenSize: number;
  /** Width of one expert on this device. */
  readonly intermediateSize: number;
  /** Three matrices per expert when gated, else two. */
  readonly gated: boolean;
  /** Experts of the layer, on all devices. */
  readonly experts: number;
  readonly expertsPerToken: number;
  /** Groups of devices that the experts are dealt to. */
  readonly expertParallel: number;
  readonly skew: ExpertSkew;
  readonly weightBytes: number;
  readonly activationBytes: number;
  readonly dequantised: boolean;
}

export type Operator = MatrixProduct | Elementwise | Collective | Experts;

/** Heads of grouped-query attention on one device. */
export interface AttentionHeads {
  readonly queryHeads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  /** Bytes of the keys and values of one token in one layer. */
  readonly kvBytesPerToken: number;
  /** Elements of them that are stored in a format which arithmetic does not take. */
  readonly convertedPerToken: number;
}

/** Heads of latent attention (DeepSeek-V2) on one device. */
export interface LatentHeads {
  readonly queryHeads: number;
  /** Rank of the cached latent. */
  readonly kvRank: number;
  readonly nopeHeadSize: number;
  readonly ropeHeadSize: number;
  readonly valueHeadSize: number;
  /** Bytes of the latent and rotary key of one token in one layer. */
  readonly kvBytesPerToken: number;
  /** Elements of them that are stored in a format which arithmetic does not take. */
  readonly convertedPerToken: number;
}

/** Work that follows the tokens attended to, or the sequences, in plain proportion: an indexer, a recurrence. */
export interface StreamWork {
  /** Matrix FLOPs for each (new token, token attended to) pair. */
  readonly flopsPerPair: number;
  /** Vector operations for each pair. */
  readonly vectorFlopsPerPair: number;
  /** Bytes of one cached token. */
  readonly kvBytesPerToken: number;
  /** Matrix FLOPs for each new token. */
  readonly flopsPerToken: number;
  /** Bytes of state that a sequence reads and writes in a step. */
  readonly stateBytesPerSequence: number;
}

/** What mixes the tokens of a sequence. */
export type TokenMixer =
  | ({ readonly kind: "grouped" } & AttentionHeads)
  | ({ readonly kind: "latent" } & LatentHeads)
  | ({ readonly kind: "stream" } & StreamWork);

/** Layers in which the same work sees the same part of the context. */
export interface AttentionGroup {
  readonly name: string;
  /** How often it runs in a step. */
  readonly layers: number;
  readonly mixer: TokenMixer;
  /** Index into the window classes of the model, or -1 for the whole context. */
  readonly windowClass: number;
  /** Infinity for the whole context. */
  readonly windowTokens: number;
}

/** What a step runs on one of the devices, in order of execution, attention apart. */
export interface StepOperators {
  /** Before attention, for every token of the device's attention group. */
  readonly beforeAttention: readonly Operator[];
  /** After attention, for every token of the device's attention group. */
  readonly afterAttention: readonly Operator[];
  /** For every token of the pipeline stage: the routed experts and what moves tokens to and from them. */
  readonly experts: readonly Operator[];
  /** For every sequence that needs logits. */
  readonly logits: readonly Operator[];
  readonly attentionGroups: readonly AttentionGroup[];
}

/** Devices exchange data in it. */
export function isCollective(operator: Operator): operator is Collective {
  return operator.kind !== "product" && operator.kind !== "elementwise" && operator.kind !== "experts";
}

/** FLOPs of matrix products that the operator spends on one row; experts as if all rows went through one device. */
export function flopsPerRow(operator: Operator): number {
  switch (operator.kind) {
    case "product":
      return 2 * operator.inputs * operator.outputs;
    case "elementwise":
      return operator.flopsPerRow;
    case "experts":
      return (2 * operator.expertsPerToken * expertElements(operator)) / operator.expertParallel;
    default:
      return 0;
  }
}

/** Weights of one expert on one device. */
export function expertElements({ hiddenSize, intermediateSize, gated }: Experts): number {
  return (gated ? 3 : 2) * hiddenSize * intermediateSize;
}

/** FLOPs of one layer for each pair of a new token and a token it attends to, by phase. */
export function flopsPerPair(mixer: TokenMixer): { readonly prefill: number; readonly decode: number } {
  switch (mixer.kind) {
    case "grouped": {
      const flops = 4 * mixer.headSize * mixer.queryHeads;
      return { prefill: flops, decode: flops };
    }
    case "latent": {
      const { queryHeads, kvRank, nopeHeadSize, ropeHeadSize, valueHeadSize } = mixer;
      return {
        prefill: 2 * queryHeads * (nopeHeadSize + ropeHeadSize + valueHeadSize),
        // Absorbed: scores and sums are taken on the latent itself.
        decode: 2 * queryHeads * (2 * kvRank + ropeHeadSize),
      };
    }
    case "stream":
      return { prefill: mixer.flopsPerPair, decode: mixer.flopsPerPair };
  }
}
