import { InputError, type InputProblem } from "../core/errors.ts";
import { findDevice } from "../hardware/catalog.ts";
import type { Device } from "../hardware/device.ts";
import { checkArithmetic, checkTreeWidth, multipliesNatively } from "../hardware/limits.ts";
import { findModel } from "../models/catalog.ts";
import { modelFromHuggingFaceConfig } from "../models/hugging-face.ts";
import { commonWindowTokens, type LlmModel } from "../models/llm-model.ts";
import { checkParallelism, type Parallelism } from "../models/parallelism.ts";
import { FORMATS, precisionOf, type Formats } from "../models/precision.ts";
import { readStepProfile } from "../perf/profile/profile-csv.ts";
import type { StepProfile } from "../perf/profile/step-profile.ts";
import type { EngineConfig, SloConfig } from "../serving/config.ts";
import { CHUNK_BY_CHUNK_SCHEDULERS } from "../serving/scheduler-config.ts";
import { sizeKvPool } from "../serving/kv-pool-size.ts";
import { withOverrides } from "./device-overrides.ts";
import type { ScenarioFiles } from "./files.ts";
import { locatedAt, placeOf, type Located, type Path } from "./located.ts";
import { problemAt } from "./problems.ts";
import { resolveWrittenPath } from "./read.ts";
import { resolvePrefixCaching } from "./resolve-prefix-caching.ts";
import { resolveSpeculation } from "./resolve-speculation.ts";
import { resolveChunking, resolveHostSwap, resolveScheduler, swaps } from "./resolve-scheduler.ts";
import type { Replicas } from "./scenario.ts";
import type { SystemInput } from "./schema.ts";

/**
 * Looks up, completes and cross-checks what equal replicas are made of.
 * @param root what was written, for the places of errors
 * @throws InputError for an unknown name, a parallelism or budget that cannot be, a model that does not fit
 */
export function resolveReplicas(
  root: Located,
  input: SystemInput,
  slo: SloConfig,
  files: ScenarioFiles,
): Replicas {
  const model = at(root, ["model"], () => findModelOrConfig(root, input.model, files));
  const device = resolveDevice(root, input);
  const precision = precisionOf(formatsOf(root, input, model, device));
  at(root, ["device", "mac_tree", "width"], () => {
    checkTreeWidth(device, model.hiddenSize);
  });
  at(root, ["precision", "activations"], () => {
    checkArithmetic(device, FORMATS[precision.activations].element);
  });
  const { replicas, tensor_parallel_style: tensorParallelStyle, expert_skew: expertSkew } = input.cluster;
  const parallelism = resolveParallelism(root, input, model);
  const engine = resolveEngine(root, input, { model, device, precision, parallelism });
  const scheduler = resolveScheduler(root, input.serving.scheduler, slo, engine);
  return {
    ...{ model, precision, device, replicas, engine, scheduler },
    schedulerPlace: placeOf(root, ["serving", "scheduler", "priorities"]),
    ...{ parallelism, tensorParallelStyle, expertSkew },
    ...(input.cost !== undefined && { profile: readProfile(root, input.cost.profile, files) }),
  };
}

function readProfile(root: Located, written: string, files: ScenarioFiles): StepProfile {
  const path = resolveWrittenPath(root, ["cost", "profile"], written, files);
  const text = at(root, ["cost", "profile"], () => files.readText(path));
  try {
    return readStepProfile(text);
  } catch (error) {
    throw error instanceof InputError ? error.inFile(path) : error;
  }
}

/** Formats as written; else those of the checkpoint, with 16-bit arithmetic where the device knows no other. */
function formatsOf(
  root: Located,
  { precision, serving }: SystemInput,
  { checkpoint = {} }: LlmModel,
  device: Device,
): Partial<Formats> {
  const { weights, experts, activations } = precision;
  const kv = kvFormat(root, serving.kv_cache_dtype, precision.kv);
  const asReleased = weights === undefined && experts === undefined ? checkpoint : {};
  const { activations: released = "bf16" } = asReleased;
  const multiplies = multipliesNatively(device, FORMATS[released].element);
  return {
    ...asReleased,
    activations: activations ?? (multiplies ? released : "bf16"),
    ...(weights !== undefined && { weights }),
    ...(experts !== undefined && { experts }),
    ...(kv !== undefined && { kv }),
  };
}

/** Format of the KV cache, which can be written in two places. */
function kvFormat(
  root: Located,
  dtype: SystemInput["serving"]["kv_cache_dtype"],
  format: Formats["kv"] | undefined,
): Formats["kv"] | undefined {
  if (dtype === "auto") return format;
  const named = dtype === "bfloat16" ? "bf16" : "fp8";
  if (format === undefined || format === named) return named;
  throw new InputError(
    problemAt(root, ["serving", "kv_cache_dtype"], {
      message: `precision keeps the KV cache in ${format}, but this says`,
      found: dtype,
      expected: "one of the two, or the same in both",
    }),
  );
}

function resolveParallelism(root: Located, { cluster }: SystemInput, model: LlmModel): Parallelism {
  const parallelism: Parallelism = {
    tensorParallel: cluster.tensor_parallel,
    pipelineParallel: cluster.pipeline_parallel,
    expertParallel: cluster.expert_parallel,
    dataParallelAttention: cluster.data_parallel_attention,
  };
  try {
    checkParallelism(model, parallelism);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.problems.map(({ key = "tensor_parallel", ...problem }) =>
        problemAt(root, ["cluster", key], problem),
      ),
    );
  }
  return parallelism;
}

function findModelOrConfig(root: Located, name: string, files: ScenarioFiles): LlmModel {
  if (!/\.json$|^\.{0,2}\//.test(name)) return findModel(name);
  const path = resolveWrittenPath(root, ["model"], name, files);
  const text = files.readText(path);
  try {
    return modelFromHuggingFaceConfig(JSON.parse(text), files.baseName(path).replace(/\.json$/, ""));
  } catch (error) {
    if (error instanceof InputError) throw error.inFile(path);
    throw new InputError({ file: path, message: `invalid JSON: ${(error as Error).message}` });
  }
}

function resolveDevice(root: Located, { device: input }: SystemInput): Device {
  const written = locatedAt(root, ["device"]);
  const base = at(root, written?.kind === "map" ? ["device", "base"] : ["device"], () =>
    findDevice(input.base),
  );
  try {
    return withOverrides(base, input);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.problems.map(({ key = "", ...problem }) =>
        problemAt(root, ["device", ...key.split(".")], problem),
      ),
    );
  }
}

function resolveEngine(
  root: Located,
  { serving, seed }: SystemInput,
  split: Pick<Replicas, "model" | "device" | "precision" | "parallelism">,
): EngineConfig {
  const { model } = split;
  const refuse = (
    key: keyof typeof serving,
    problem: Partial<InputProblem> & { message: string },
  ): InputError => new InputError(problemAt(root, ["serving", key], problem));
  const maxModelLen = serving.max_model_len ?? model.maxPositionTokens;
  if (maxModelLen > model.maxPositionTokens) {
    const expected = `at most ${model.maxPositionTokens}, the positions of ${model.name}`;
    throw refuse("max_model_len", { message: "invalid value", found: maxModelLen, expected });
  }
  if (serving.max_num_batched_tokens < serving.max_num_seqs) {
    const expected = `at least max_num_seqs, which is ${serving.max_num_seqs}`;
    throw refuse("max_num_batched_tokens", {
      message: "invalid value",
      found: serving.max_num_batched_tokens,
      expected,
    });
  }
  const enableChunkedPrefill = resolveChunking(root, serving);
  if (!enableChunkedPrefill && serving.max_num_batched_tokens < maxModelLen) {
    throw refuse(serving.enable_chunked_prefill === false ? "enable_chunked_prefill" : "scheduler", {
      message: `without chunks a prompt of up to max_model_len ${maxModelLen} tokens must fit into one step of ${serving.max_num_batched_tokens}`,
      expected:
        "a larger max_num_batched_tokens, a smaller max_model_len, or a scheduler that chunks prompts",
    });
  }
  const { max_num_batched_tokens: maxNumBatchedTokens, block_size: blockSize } = serving;
  const poolSize = () =>
    at(root, ["cluster", "tensor_parallel"], () =>
      sizeKvPool({
        ...split,
        ...{ maxNumBatchedTokens, blockSize, maxNumSeqs: serving.max_num_seqs },
        gpuMemoryUtilization: serving.gpu_memory_utilization,
      }),
    );
  const prefixCaching = resolvePrefixCaching(root, serving, () => poolSize().blockBytes);
  const speculation = resolveSpeculation(root, serving, seed);
  // Cached blocks are kept whole, and so are those beside drafts and those of policies that reserve them.
  const keepsAll = prefixCaching !== undefined || speculation !== undefined;
  const frees = !keepsAll && CHUNK_BY_CHUNK_SCHEDULERS.has(serving.scheduler.policy);
  const slidingWindowTokens = frees ? commonWindowTokens(model) : undefined;
  return {
    ...{ maxNumBatchedTokens, maxModelLen, blockSize, enableChunkedPrefill },
    ...(prefixCaching !== undefined && { prefixCaching }),
    ...(slidingWindowTokens !== undefined && { slidingWindowTokens }),
    ...(speculation !== undefined && { speculation }),
    maxNumSeqs: serving.max_num_seqs,
    kvBlocks: serving.kv_blocks ?? poolSize().blocks,
    ...(swaps(serving.scheduler) && {
      hostSwap: resolveHostSwap(root, serving.scheduler, poolSize().blockBytes),
    }),
    longPrefillTokenThreshold: serving.long_prefill_token_threshold,
  };
}

/** Runs a check that knows no places, and gives its problems the place of the value at `path`. */
function at<T>(root: Located, path: Path, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.problems.map((problem) =>
        problem.file === undefined ? problemAt(root, path, problem) : problem,
      ),
    );
  }
}
