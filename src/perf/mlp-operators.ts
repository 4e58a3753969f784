import type { DenseMlp, Mlp, MoeMlp } from "../models/llm-model.ts";
import { unquantisedBytes } from "../models/memory.ts";
import { expertTensorParallel, stageDevices } from "../models/parallelism.ts";
import { needsDequantisation } from "../models/precision.ts";
import type { ExpertSkew } from "./expert-load.ts";
import {
  elementwise,
  exchange,
  quantisation,
  weightProduct,
  wideProduct,
  type OperatorContext,
} from "./operator-makers.ts";
import type { Operator } from "./operators.ts";

/** SiLU(gate) · up: exponential, addition, reciprocal, two products. */
const GATED_ACTIVATION_FLOPS = 5;
const PLAIN_ACTIVATION_FLOPS = 10;
/** Exponential, sum, scale and comparisons of a top-k selection, per expert. */
const ROUTER_FLOPS = 8;

export interface MlpOperators {
  /** On the tokens of the device's attention group. */
  readonly tokens: readonly Operator[];
  /** On the tokens of all devices of the pipeline stage. */
  readonly experts: readonly Operator[];
}

/** The MLPs of `count` layers of a kind. */
export function mlpOperators(
  context: OperatorContext,
  mlp: Mlp,
  skew: ExpertSkew,
  count: number,
): MlpOperators {
  if (mlp.kind === "moe") return moeOperators(context, mlp, skew, count);
  return { tokens: denseOperators(context, "mlp", mlp, count, true), experts: [] };
}

/** @param closed whether the devices put their parts together here, and not together with what is added next */
function denseOperators(
  context: OperatorContext,
  name: string,
  { intermediateSize, gated }: Pick<DenseMlp, "intermediateSize" | "gated">,
  count: number,
  closed: boolean,
): Operator[] {
  const { hiddenSize: hidden, parallelism, tensorParallelStyle } = context;
  const { tensorParallel } = parallelism;
  const width = intermediateSize / tensorParallel;
  // Without a gate an activation has nothing to do with rows.
  const activation = gated
    ? elementwise(context, `${name}_activation`, count, width, GATED_ACTIVATION_FLOPS, 3)
    : elementwise(context, `${name}_activation`, count, width, PLAIN_ACTIVATION_FLOPS, 2, {
        blockBytesPerRow: 0,
      });
  const up: Operator[] = [
    ...quantisation(context, `${name}_up`, count, hidden),
    weightProduct(context, `${name}_up`, count, hidden, (gated ? 2 : 1) * width),
    activation,
  ];
  const quantise = quantisation(context, `${name}_down`, count, width);
  if (tensorParallelStyle === "all-reduce") {
    const down = weightProduct(context, `${name}_down`, count, width, hidden);
    const reduce = exchange(context, "all-reduce", `${name}_all_reduce`, count, tensorParallel, hidden);
    return [...up, ...quantise, down, ...(closed ? reduce : [])];
  }
  return [
    ...up,
    ...exchange(context, "all-gather", `${name}_up_all_gather`, count, tensorParallel, intermediateSize),
    ...quantise,
    weightProduct(context, `${name}_down`, count, intermediateSize, hidden / tensorParallel),
    ...exchange(context, "all-gather", `${name}_down_all_gather`, count, tensorParallel, hidden),
  ];
}

/**
 * A mixture of experts. Where attention is cut by tensors alone, every device holds every token: each adds what its
 * experts give and one all-reduce sums up. With data-parallel attention tokens travel to their experts and back
 * (all-to-all).
 */
function moeOperators(context: OperatorContext, mlp: MoeMlp, skew: ExpertSkew, count: number): MlpOperators {
  const { hiddenSize: hidden, parallelism, precision } = context;
  const { expertParallel, dataParallelAttention } = parallelism;
  const devices = stageDevices(parallelism);
  const travels = dataParallelAttention > 1;
  const tokens: Operator[] = [
    wideProduct("router", count, hidden, mlp.experts, unquantisedBytes(precision)),
    elementwise(context, "routing", count, mlp.experts, ROUTER_FLOPS, 1),
  ];
  if (mlp.sharedIntermediateSize > 0) {
    const shared = { intermediateSize: mlp.sharedIntermediateSize, gated: mlp.gated };
    tokens.push(...denseOperators(context, "shared_mlp", shared, count, travels));
  }
  if (mlp.sharedGate) tokens.push(elementwise(context, "shared_gate", count, hidden, 3, 2));

  // A row of the stage's tokens costs its n-th of the links of n devices.
  const journey = (name: string) =>
    exchange(context, "all-to-all", name, count, devices, (mlp.expertsPerToken * hidden) / devices);
  const combine = elementwise(
    context,
    "expert_sum",
    count,
    hidden,
    2 * mlp.expertsPerToken,
    mlp.expertsPerToken + 1,
  );
  const { expertWeightBytes, activationBytes, experts: format, activations } = precision;
  const experts: Operator[] = [
    ...(travels ? journey("expert_dispatch") : []),
    {
      ...{
        kind: "experts",
        name: "experts",
        count,
        hiddenSize: hidden,
        gated: mlp.gated,
        skew,
        expertParallel,
      },
      intermediateSize: mlp.expertIntermediateSize / expertTensorParallel(parallelism),
      experts: mlp.experts,
      expertsPerToken: mlp.expertsPerToken,
      weightBytes: expertWeightBytes,
      activationBytes,
      dequantised: needsDequantisation(format, activations),
    },
    ...(travels
      ? journey("expert_combine")
      : exchange(context, "all-reduce", "expert_all_reduce", count, devices, hidden)),
  ];
  return { tokens: [...tokens, combine], experts };
}
