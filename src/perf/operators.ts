import {
  layerCount,
  windowClasses,
  type GroupedAttention,
  type LlmModel,
  type Precision,
} from "../models/llm-model.ts";
import { denseMlpOf, groupedAttentionOf, unquantisedBytes } from "../models/memory.ts";
import { kvHeadsPerDevice } from "../models/parallelism.ts";

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
  /** A dataflow accelerator can apply it to each tile that the product before it puts out. */
  readonly fusable: boolean;
}

/** Σ over the devices of a row, given back to all (all-reduce), or its parts put together (all-gather). */
export interface Collective {
  readonly kind: "all-reduce" | "all-gather";
  readonly name: string;
  readonly count: number;
  /** Bytes of one whole row. */
  readonly bytesPerRow: number;
}

export type Operator = MatrixProduct | Elementwise | Collective;

/** Heads of one device, shared by all layers. */
export interface AttentionHeads {
  readonly queryHeads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  /** Bytes of the keys and values of one token in one layer. */
  readonly kvBytesPerToken: number;
}

/** Layers that see the same part of the context. */
export interface AttentionGroup {
  readonly layers: number;
  /** Index into the window classes of the model, or -1 for the whole context. */
  readonly windowClass: number;
  /** Infinity for the whole context. */
  readonly windowTokens: number;
}

/** What a step runs on one of the devices, in order of execution, attention apart. */
export interface StepOperators {
  /** Before attention, for every token. */
  readonly beforeAttention: readonly Operator[];
  /** After attention, for every token. */
  readonly afterAttention: readonly Operator[];
  /** For every sequence that needs logits. */
  readonly logits: readonly Operator[];
  readonly heads: AttentionHeads;
  readonly attentionGroups: readonly AttentionGroup[];
}

/** Vector operations per element (exponentials in hardware); square, add, scale, weight and the residual addition. */
const RMS_NORM_FLOPS = 5;
/** Mean, variance, scale and shift, and the residual addition. */
const LAYER_NORM_FLOPS = 8;
const ROPE_FLOPS = 3;
/** SiLU(gate) · up: exponential, addition, reciprocal, two products. */
const GATED_ACTIVATION_FLOPS = 5;
const PLAIN_ACTIVATION_FLOPS = 10;
/** Sampling reads each float32 logit once: penalties, softmax or arg max. */
const SAMPLING_FLOPS = 8;
const LOGIT_BYTES = 4;

/** Operators of `model` on one of `tensorParallel` devices (Megatron split: columns of QKV and up, rows of O and down). */
export function stepOperators(model: LlmModel, tensorParallel: number, precision: Precision): StepOperators {
  const attention = groupedAttentionOf(model);
  const layers = layerCount(model);
  const hidden = model.hiddenSize;
  const { activationBytes } = precision;
  const heads = headsOf(attention, tensorParallel, precision);
  const queryWidth = heads.queryHeads * heads.headSize;
  const kvWidth = heads.kvHeads * heads.headSize;
  const embeddingBytes = unquantisedBytes(precision);

  const product = (name: string, count: number, inputs: number, outputs: number): MatrixProduct => {
    return {
      kind: "product",
      name,
      count,
      inputs,
      outputs,
      weightBytes: precision.weightBytes,
      activationBytes,
    };
  };
  const elementwise = (
    name: string,
    count: number,
    elements: number,
    flops: number,
    moved: number,
    more: Partial<Elementwise> = {},
  ): Elementwise => ({
    kind: "elementwise",
    name,
    count,
    flopsPerRow: elements * flops,
    bytesPerRow: elements * moved * activationBytes,
    dramBytesPerRow: 0,
    fusable: true,
    ...more,
  });
  const allReduce = (name: string, count: number): Collective[] =>
    tensorParallel === 1 ? [] : [{ kind: "all-reduce", name, count, bytesPerRow: hidden * activationBytes }];
  // Reads and writes both the residual stream and the normed copy.
  const norm = (name: string, count: number) =>
    elementwise(name, count, hidden, model.normBias ? LAYER_NORM_FLOPS : RMS_NORM_FLOPS, 4, {
      fusable: false,
    });

  const beforeAttention: Operator[] = [
    elementwise("embedding", 1, hidden, 0, 2, { dramBytesPerRow: hidden * embeddingBytes, fusable: false }),
    ...allReduce("embedding_all_reduce", 1),
    norm("attention_norm", (layers * model.normsPerLayer) / 2),
    product("qkv_proj", layers, hidden, queryWidth + 2 * kvWidth),
  ];
  if (attention.qkNorm) {
    beforeAttention.push(elementwise("qk_norm", layers, queryWidth + kvWidth, RMS_NORM_FLOPS - 1, 2));
  }
  if (model.learnedPositions === 0) {
    beforeAttention.push(elementwise("rope", layers, queryWidth + kvWidth, ROPE_FLOPS, 2));
  }
  beforeAttention.push(
    elementwise("kv_write", layers, 2 * kvWidth, 0, 2, { dramBytesPerRow: heads.kvBytesPerToken }),
  );

  const afterAttention: Operator[] = [
    product("o_proj", layers, queryWidth, hidden),
    ...allReduce("o_all_reduce", layers),
    norm("mlp_norm", (layers * model.normsPerLayer) / 2),
  ];
  for (const { layers: count, intermediateSize, gated } of distinctMlps(model)) {
    const width = intermediateSize / tensorParallel;
    afterAttention.push(
      product("mlp_up", count, hidden, (gated ? 2 : 1) * width),
      elementwise(
        "mlp_activation",
        count,
        width,
        gated ? GATED_ACTIVATION_FLOPS : PLAIN_ACTIVATION_FLOPS,
        gated ? 3 : 2,
      ),
      product("mlp_down", count, width, hidden),
      ...allReduce("mlp_all_reduce", count),
    );
  }
  afterAttention.push(norm("final_norm", 1));

  const vocabulary = Math.ceil(model.vocabSize / tensorParallel);
  const logits: Operator[] = [
    { ...product("lm_head", 1, hidden, vocabulary), weightBytes: embeddingBytes },
    ...(tensorParallel === 1
      ? []
      : [
          {
            kind: "all-gather",
            name: "logits_all_gather",
            count: 1,
            bytesPerRow: model.vocabSize * activationBytes,
          } as const,
        ]),
    {
      kind: "elementwise",
      name: "sampling",
      count: 1,
      flopsPerRow: model.vocabSize * SAMPLING_FLOPS,
      bytesPerRow: model.vocabSize * (activationBytes + LOGIT_BYTES),
      dramBytesPerRow: 0,
      fusable: false,
    },
  ];
  return { beforeAttention, afterAttention, logits, heads, attentionGroups: attentionGroupsOf(model) };
}

/** FLOPs that the operator spends on one row. */
export function flopsPerRow(operator: Operator): number {
  if (operator.kind === "product") return 2 * operator.inputs * operator.outputs;
  return operator.kind === "elementwise" ? operator.flopsPerRow : 0;
}

function headsOf(attention: GroupedAttention, tensorParallel: number, precision: Precision): AttentionHeads {
  const kvHeads = kvHeadsPerDevice(attention.kvHeads, tensorParallel);
  return {
    queryHeads: attention.queryHeads / tensorParallel,
    kvHeads,
    headSize: attention.headSize,
    kvBytesPerToken: 2 * kvHeads * attention.headSize * precision.kvBytes,
  };
}

function attentionGroupsOf(model: LlmModel): AttentionGroup[] {
  const windows = windowClasses(model);
  const layersByWindow = new Map<number | null, number>();
  for (const { windowTokens, layers } of model.layerGroups) {
    layersByWindow.set(windowTokens, (layersByWindow.get(windowTokens) ?? 0) + layers);
  }
  return [...layersByWindow].map(([windowTokens, layers]) => ({
    layers,
    windowClass: windowTokens === null ? -1 : windows.indexOf(windowTokens),
    windowTokens: windowTokens ?? Infinity,
  }));
}

/** The MLP shapes of the model with the layers that have them: windows do not matter here. */
function distinctMlps(model: LlmModel): { layers: number; intermediateSize: number; gated: boolean }[] {
  const shapes: { layers: number; intermediateSize: number; gated: boolean }[] = [];
  for (const group of model.layerGroups) {
    const { intermediateSize, gated } = denseMlpOf(model, group.mlp);
    const same = shapes.find((shape) => shape.intermediateSize === intermediateSize && shape.gated === gated);
    if (same === undefined) shapes.push({ layers: group.layers, intermediateSize, gated });
    else same.layers += group.layers;
  }
  return shapes;
}
