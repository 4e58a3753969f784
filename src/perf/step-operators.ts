import {
  layerCount,
  readTokens,
  windowClasses,
  type LayerGroup,
  type LlmModel,
} from "../models/llm-model.ts";
import { unquantisedBytes } from "../models/memory.ts";
import { stageShare, type Parallelism } from "../models/parallelism.ts";
import type { Precision } from "../models/precision.ts";
import type { ExpertSkew } from "./expert-load.ts";
import { mixerOperators } from "./mixer-operators.ts";
import { mlpOperators } from "./mlp-operators.ts";
import {
  elementwise,
  exchange,
  wideProduct,
  type OperatorContext,
  type TensorParallelStyle,
} from "./operator-makers.ts";
import type { AttentionGroup, Operator, StepOperators, TokenMixer } from "./operators.ts";

/** Vector operations per element (exponentials in hardware); square, add, scale, weight and the residual addition. */
const RMS_NORM_FLOPS = 5;
/** Mean, variance, scale and shift, and the residual addition. */
const LAYER_NORM_FLOPS = 8;
/** Sampling reads each float32 logit once: penalties, softmax or arg max. */
const SAMPLING_FLOPS = 8;
const LOGIT_BYTES = 4;
/** Bytes of an activation in the residual stream. */
const RESIDUAL_BYTES = 2;

export interface SplitModel {
  readonly model: LlmModel;
  readonly parallelism: Parallelism;
  readonly precision: Precision;
  readonly tensorParallelStyle: TensorParallelStyle;
  readonly expertSkew: ExpertSkew;
}

/**
 * What one device of the fullest pipeline stage runs in a step. With p stages the step is p micro-batches, each of which
 * passes all stages: a layer's operators count p times the layers of a stage, on the rows of one micro-batch.
 */
export function stepOperators(split: SplitModel): StepOperators {
  const { model, parallelism, precision, tensorParallelStyle, expertSkew } = split;
  const { hiddenSize: hidden, vocabSize } = model;
  const { tensorParallel, pipelineParallel } = parallelism;
  const context: OperatorContext = { hiddenSize: hidden, parallelism, precision, tensorParallelStyle };
  const scale = pipelineParallel * stageShare(model, parallelism);
  const layers = layerCount(model) * scale;
  const tableBytes = unquantisedBytes(precision);
  // Reads and writes both the residual stream and the normed copy.
  const norm = (name: string, count: number) =>
    elementwise(context, name, count, hidden, model.normBias ? LAYER_NORM_FLOPS : RMS_NORM_FLOPS, 4, {
      fusable: false,
    });

  const before: Operator[] = [
    elementwise(context, "embedding", 1, hidden, 0, 2, {
      dramBytesPerRow: hidden * tableBytes,
      fusable: false,
    }),
    ...exchange(context, "all-reduce", "embedding_all_reduce", 1, tensorParallel, hidden),
    norm("attention_norm", (layers * model.normsPerLayer) / 2),
  ];
  const after: Operator[] = [];
  const attentionGroups: AttentionGroup[] = [];
  for (const { group, layers: alike } of distinctMixers(model)) {
    const count = alike * scale;
    const mixer = mixerOperators(context, model, group, count);
    before.push(...mixer.before);
    after.push(...mixer.after);
    for (const mixing of mixer.mixing) attentionGroups.push(...groupsOf(model, group, scale, mixing));
  }
  after.push(norm("mlp_norm", (layers * model.normsPerLayer) / 2));
  const experts: Operator[] = [];
  for (const { group, layers: alike } of distinctMlps(model)) {
    const mlp = mlpOperators(context, group.mlp, expertSkew, alike * scale);
    after.push(...mlp.tokens);
    experts.push(...mlp.experts);
  }
  after.push(
    ...exchange(context, "send", "stage_send", pipelineParallel - 1, Math.min(2, pipelineParallel), hidden),
  );
  after.push(norm("final_norm", 1));

  const logits: Operator[] = [
    wideProduct("lm_head", 1, hidden, Math.ceil(vocabSize / tensorParallel), tableBytes),
    ...exchange(context, "all-gather", "logits_all_gather", 1, tensorParallel, vocabSize),
    elementwise(context, "sampling", 1, vocabSize, SAMPLING_FLOPS, 1, {
      bytesPerRow: vocabSize * (RESIDUAL_BYTES + LOGIT_BYTES),
      fusable: false,
    }),
  ];
  return { beforeAttention: before, afterAttention: after, experts, logits, attentionGroups };
}

interface Mixing {
  readonly name: string;
  readonly mixer: TokenMixer;
  readonly whole: boolean;
}

/** The mixing of all layers with this mixer, apart by how much of the context they read. */
function groupsOf(
  model: LlmModel,
  like: LayerGroup,
  scale: number,
  { name, mixer, whole }: Mixing,
): AttentionGroup[] {
  const windows = windowClasses(model);
  const layersByLimit = new Map<number | null, number>();
  for (const group of model.layerGroups) {
    if (group.mixer !== like.mixer) continue;
    const limit = whole ? null : readTokens(model, group);
    layersByLimit.set(limit, (layersByLimit.get(limit) ?? 0) + group.layers);
  }
  return [...layersByLimit].map(([limit, layers]) => ({
    name: limit === null ? name : `${name}_window_${limit}`,
    layers: layers * scale,
    mixer,
    windowClass: limit === null ? -1 : windows.indexOf(limit),
    windowTokens: limit ?? Infinity,
  }));
}

interface AlikeLayers {
  readonly group: LayerGroup;
  layers: number;
}

/** One layer group for each kind of token mixer, with the layers that have it: windows do not matter here. */
function distinctMixers(model: LlmModel): readonly AlikeLayers[] {
  return distinct(model, (a, b) => a.mixer === b.mixer);
}

/** One layer group for each shape of MLP, with the layers that have it. */
function distinctMlps(model: LlmModel): readonly AlikeLayers[] {
  return distinct(model, ({ mlp: a }, { mlp: b }) =>
    a.kind === "dense" && b.kind === "dense"
      ? a.intermediateSize === b.intermediateSize && a.gated === b.gated
      : a === b,
  );
}

function distinct(model: LlmModel, alike: (a: LayerGroup, b: LayerGroup) => boolean): AlikeLayers[] {
  const kinds: AlikeLayers[] = [];
  for (const group of model.layerGroups) {
    const same = kinds.find((kind) => alike(kind.group, group));
    if (same === undefined) kinds.push({ group, layers: group.layers });
    else same.layers += group.layers;
  }
  return kinds;
}
