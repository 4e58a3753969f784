import { InputError } from "../core/errors.ts";
import type { Device } from "../hardware/device.ts";
import type { LlmModel, Precision } from "../models/llm-model.ts";
import {
  activationBytesPerDevice,
  kvBytesPerTokenPerDevice,
  stateBytesPerSequence,
  weightBytesPerDevice,
} from "../models/memory.ts";
import { tensorParallelDegrees, type Parallelism } from "../models/parallelism.ts";

export interface KvPoolRequest {
  readonly model: LlmModel;
  readonly device: Device;
  readonly parallelism: Parallelism;
  readonly precision: Precision;
  readonly maxNumBatchedTokens: number;
  readonly maxNumSeqs: number;
  readonly blockSize: number;
  /** Share of the device memory that the engine may use (0..1). */
  readonly gpuMemoryUtilization: number;
}

/** How the memory of one device is divided; bytes per device, blocks of the replica. */
export interface KvPoolSize {
  readonly blocks: number;
  readonly blockBytes: number;
  readonly weightBytes: number;
  readonly activationBytes: number;
  /** What the sequences keep whatever their length: the states of linear attention. */
  readonly stateBytes: number;
  readonly kvBytes: number;
}

/**
 * KV blocks of one replica, as vLLM sizes its pool: memory × gpu_memory_utilization − weights − peak activations,
 * divided by the bytes of a block, all per device (a block is spread over the tensor-parallel devices and the pipeline's
 * stages). Groups of data-parallel attention each have blocks of their own, taken here as one pool.
 * @throws InputError when no block is left: says how many bytes are missing and which tensor parallelism would fit
 */
export function sizeKvPool(request: KvPoolRequest): KvPoolSize {
  const size = divideMemory(request);
  if (size.blocks >= 1) return size;
  const { model, device, parallelism } = request;
  const { tensorParallel } = parallelism;
  const fitting = tensorParallelDegrees(model, parallelism).find(
    (degree) => degree > tensorParallel && divideMemory(withTensorParallel(request, degree)).blocks >= 1,
  );
  const missing = size.blockBytes - size.kvBytes;
  throw new InputError({
    message: `${model.name} does not fit in the memory of ${device.name} with tensor_parallel ${tensorParallel}: ${gib(missing)} missing per device`,
    key: "cluster.tensor_parallel",
    expected:
      fitting === undefined
        ? "a device with more memory, or weights of lower precision: no tensor_parallel fits"
        : `tensor_parallel ${fitting} or more (weights ${gib(size.weightBytes)}, activations ${gib(size.activationBytes)} per device now)`,
  });
}

function withTensorParallel(request: KvPoolRequest, tensorParallel: number): KvPoolRequest {
  return { ...request, parallelism: { ...request.parallelism, tensorParallel } };
}

function divideMemory(request: KvPoolRequest): KvPoolSize {
  const { model, device, precision, parallelism, blockSize, gpuMemoryUtilization } = request;
  const { pipelineParallel, dataParallelAttention } = parallelism;
  // Pipeline stages work on one micro-batch at a time.
  const tokensAtOnce = Math.ceil(request.maxNumBatchedTokens / pipelineParallel);
  const weightBytes = weightBytesPerDevice(model, parallelism, precision);
  const activationBytes = activationBytesPerDevice(model, tokensAtOnce, parallelism, precision);
  const blockBytes = blockSize * kvBytesPerTokenPerDevice(model, parallelism, precision);
  const sequences = Math.ceil(request.maxNumSeqs / dataParallelAttention);
  const stateBytes = sequences * stateBytesPerSequence(model, parallelism, precision);
  const usableBytes = device.memory.capacityBytes * gpuMemoryUtilization;
  const kvBytes = usableBytes - weightBytes - activationBytes - stateBytes;
  const blocks = Math.floor(kvBytes / blockBytes) * dataParallelAttention;
  return { blocks, blockBytes, weightBytes, activationBytes, stateBytes, kvBytes };
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
