import { InputError } from "../core/errors.ts";
import type { Device } from "../hardware/device.ts";
import type { LlmModel, Precision } from "../models/llm-model.ts";
import {
  activationBytesPerDevice,
  kvBytesPerTokenPerDevice,
  weightBytesPerDevice,
} from "../models/memory.ts";
import { tensorParallelDegrees } from "../models/parallelism.ts";

export interface KvPoolRequest {
  readonly model: LlmModel;
  readonly device: Device;
  readonly tensorParallel: number;
  readonly precision: Precision;
  readonly maxNumBatchedTokens: number;
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
  readonly kvBytes: number;
}

/**
 * KV blocks of one replica, as vLLM sizes its pool: memory × gpu_memory_utilization − weights − peak activations,
 * divided by the bytes of a block, all per device (a block is spread over the tensor-parallel devices).
 * @throws InputError when no block is left: says how many bytes are missing and which tensor parallelism would fit
 */
export function sizeKvPool(request: KvPoolRequest): KvPoolSize {
  const size = divideMemory(request, request.tensorParallel);
  if (size.blocks >= 1) return size;
  const fitting = tensorParallelDegrees(request.model).find(
    (degree) => degree > request.tensorParallel && divideMemory(request, degree).blocks >= 1,
  );
  const missing = size.blockBytes - size.kvBytes;
  throw new InputError({
    message: `${request.model.name} does not fit in the memory of ${request.device.name} with tensor_parallel ${request.tensorParallel}: ${gib(missing)} missing per device`,
    key: "cluster.tensor_parallel",
    expected:
      fitting === undefined
        ? "a device with more memory, or weights of lower precision: no tensor_parallel fits"
        : `tensor_parallel ${fitting} or more (weights ${gib(size.weightBytes)}, activations ${gib(size.activationBytes)} per device now)`,
  });
}

function divideMemory(request: KvPoolRequest, tensorParallel: number): KvPoolSize {
  const { model, device, precision, maxNumBatchedTokens, blockSize, gpuMemoryUtilization } = request;
  const weightBytes = weightBytesPerDevice(model, tensorParallel, precision);
  const activationBytes = activationBytesPerDevice(model, maxNumBatchedTokens, tensorParallel, precision);
  const blockBytes = blockSize * kvBytesPerTokenPerDevice(model, tensorParallel, precision);
  const kvBytes = device.memory.capacityBytes * gpuMemoryUtilization - weightBytes - activationBytes;
  return { blocks: Math.floor(kvBytes / blockBytes), blockBytes, weightBytes, activationBytes, kvBytes };
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
