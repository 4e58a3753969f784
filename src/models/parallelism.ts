import { InputError } from "../core/errors.ts";
import { layerCount, type LlmModel, type MoeMlp } from "./llm-model.ts";

/**
 * How one replica is cut over its devices: `pipelineParallel` stages of `tensorParallel` · `dataParallelAttention`
 * devices each, as in vLLM and SGLang.
 */
export interface Parallelism {
  /** Devices over which attention, dense MLP, shared experts and vocabulary are cut. */
  readonly tensorParallel: number;
  /** Stages that hold consecutive layers. */
  readonly pipelineParallel: number;
  /** Groups of the stage's devices that whole experts are dealt to; within a group each expert is cut. */
  readonly expertParallel: number;
  /** Copies of everything but the experts within a stage, each with its own sequences. */
  readonly dataParallelAttention: number;
}

export const SINGLE_DEVICE: Parallelism = {
  tensorParallel: 1,
  pipelineParallel: 1,
  expertParallel: 1,
  dataParallelAttention: 1,
};

/** Devices of one replica. */
export function deviceCount(parallelism: Parallelism): number {
  return parallelism.pipelineParallel * stageDevices(parallelism);
}

/** Devices that work on one layer together. */
export function stageDevices({ tensorParallel, dataParallelAttention }: Parallelism): number {
  return tensorParallel * dataParallelAttention;
}

/** Devices over which one expert is cut. */
export function expertTensorParallel(parallelism: Parallelism): number {
  return stageDevices(parallelism) / parallelism.expertParallel;
}

/** Share of the layers that the fullest pipeline stage holds: ⌈layers / stages⌉ of them. */
export function stageShare(model: LlmModel, { pipelineParallel }: Parallelism): number {
  const layers = layerCount(model);
  return Math.ceil(layers / pipelineParallel) / layers;
}

/** KV heads that each device keeps: replicated when there are more devices than heads. */
export function kvHeadsPerDevice(kvHeads: number, tensorParallel: number): number {
  return Math.max(1, kvHeads / tensorParallel);
}

/**
 * Refuses a parallelism that the model cannot be cut into:
 * - there are no more pipeline stages than layers;
 * - tensor parallelism divides the query heads, dense and shared MLPs and the heads of linear attention, and KV heads are
 *   shared out or replicated evenly;
 * - expert parallelism divides the experts and the devices of a stage, and what devices that leaves to an expert divide
 *   its MLP; neither it nor data-parallel attention means anything without experts.
 * @throws InputError with the rule, the number found and those accepted
 */
export function checkParallelism(model: LlmModel, parallelism: Parallelism): void {
  const { tensorParallel, pipelineParallel, expertParallel, dataParallelAttention } = parallelism;
  const layers = layerCount(model);
  if (!isCount(pipelineParallel) || pipelineParallel > layers) {
    throw refusal(
      model,
      "pipeline_parallel",
      "pipeline stages",
      pipelineParallel,
      `1 to ${layers}, its layers`,
    );
  }
  if (!isCount(dataParallelAttention) || (dataParallelAttention > 1 && expertsOf(model).length === 0)) {
    const expected = isCount(dataParallelAttention)
      ? "1, as it has no experts (more replicas do the same)"
      : "a positive integer";
    throw refusal(
      model,
      "data_parallel_attention",
      "data-parallel attention groups",
      dataParallelAttention,
      expected,
    );
  }
  if (!splitsLayers(model, tensorParallel) || (expertParallel === 1 && !splitsExperts(model, parallelism))) {
    const degrees = tensorParallelDegrees(model, parallelism);
    const others = degrees.length > 0 ? degrees : tensorParallelDegrees(model);
    const besides = degrees.length > 0 ? "" : `, with another expert parallelism than ${expertParallel}`;
    const expected = `one of ${others.join(", ")} (a divisor of its ${model.attention.queryHeads} query heads and of its MLP)${besides}`;
    throw refusal(model, "tensor_parallel", "tensor-parallel devices", tensorParallel, expected);
  }
  if (!splitsExperts(model, parallelism)) {
    throw refusal(
      model,
      "expert_parallel",
      "expert-parallel groups",
      expertParallel,
      expectedExpertParallel(model, parallelism),
    );
  }
}

/** `checkParallelism` of tensor parallelism alone. */
export function checkTensorParallel(model: LlmModel, tensorParallel: number): void {
  checkParallelism(model, { ...SINGLE_DEVICE, tensorParallel });
}

/** Every tensor-parallel degree that the model can be cut into, ascending, all else in `parallelism` staying as it is. */
export function tensorParallelDegrees(model: LlmModel, parallelism: Parallelism = SINGLE_DEVICE): number[] {
  return countsUpTo(model.attention.queryHeads).filter(
    (tensorParallel) =>
      splitsLayers(model, tensorParallel) && splitsExperts(model, { ...parallelism, tensorParallel }),
  );
}

/** Every expert-parallel degree that the model can be cut into, ascending, all else in `parallelism` staying as it is. */
export function expertParallelDegrees(model: LlmModel, parallelism: Parallelism): number[] {
  return countsUpTo(stageDevices(parallelism)).filter((expertParallel) =>
    splitsExperts(model, { ...parallelism, expertParallel }),
  );
}

function expectedExpertParallel(model: LlmModel, parallelism: Parallelism): string {
  const mlps = expertsOf(model);
  if (mlps.length === 0) return "1, as it has no experts";
  const devices = stageDevices(parallelism);
  const experts = [...new Set(mlps.map((mlp) => mlp.experts))].join(" and ");
  const degrees = expertParallelDegrees(model, parallelism);
  if (degrees.length === 0) return `another number of devices a stage than ${devices}: no degree fits those`;
  return `one of ${degrees.join(", ")} (a divisor of its ${experts} experts and of the ${devices} devices of a stage)`;
}

function refusal(model: LlmModel, key: string, what: string, found: number, expected: string): InputError {
  return new InputError({
    key,
    message: `${model.name} cannot be split over this many ${what}:`,
    found,
    expected,
  });
}

/** Whether everything but the experts can be cut over so many devices. */
function splitsLayers(model: LlmModel, degree: number): boolean {
  if (!isCount(degree)) return false;
  const { attention } = model;
  if (attention.queryHeads % degree !== 0) return false;
  if (attention.kind === "grouped" && attention.kvHeads % degree !== 0 && degree % attention.kvHeads !== 0) {
    return false;
  }
  return model.layerGroups.every(
    ({ mlp, mixer }) =>
      (mlp.kind === "dense" ? mlp.intermediateSize : mlp.sharedIntermediateSize) % degree === 0 &&
      (mixer === undefined || (mixer.keyHeads % degree === 0 && mixer.valueHeads % degree === 0)),
  );
}

function splitsExperts(model: LlmModel, parallelism: Parallelism): boolean {
  const { expertParallel } = parallelism;
  const mlps = expertsOf(model);
  if (mlps.length === 0) return expertParallel === 1;
  const devicesPerExpert = expertTensorParallel(parallelism);
  return (
    isCount(expertParallel) &&
    isCount(devicesPerExpert) &&
    mlps.every(
      ({ experts, expertIntermediateSize }) =>
        experts % expertParallel === 0 && expertIntermediateSize % devicesPerExpert === 0,
    )
  );
}

function expertsOf(model: LlmModel): MoeMlp[] {
  return model.layerGroups.flatMap(({ mlp }) => (mlp.kind === "moe" ? [mlp] : []));
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

function countsUpTo(last: number): number[] {
  return Array.from({ length: last }, (_, i) => i + 1);
}
