/** What the loop did; the work of one trace is the same in every run. */
export interface BareRun {
  readonly steps: number;
  readonly completed: number;
  /** First arrival to last finish. */
  readonly durationSeconds: number;
}

// Llama-3.1-8B in 16-bit on an H100 SXM (989 dense TFLOPS, 3.35 TB/s), at the shares of peak that kernels reach.
const FLOPS_PER_SECOND = 0.7 * 989e12;
const BYTES_PER_SECOND = 0.8 * 3.35e12;
const LAYERS = 32;
const QUERY_SIZE = 4096;
const KV_SIZE = 1024;
const QKV_WEIGHTS = LAYERS * 4096 * (QUERY_SIZE + 2 * KV_SIZE);
const OUT_WEIGHTS = LAYERS * QUERY_SIZE * 4096;
const MLP_WEIGHTS = LAYERS * 3 * 4096 * 14336;
const HEAD_WEIGHTS = 4096 * 128256;
const KV_BYTES_PER_TOKEN = 2 * LAYERS * KV_SIZE * 2;
const STREAM_BYTES_PER_TOKEN = 2 * LAYERS * (QUERY_SIZE + KV_SIZE);
const HOST_SECONDS = 0.5e-3;

/**
 * Roofline of one step in about 35 floating-point operations: each of five operators takes the longer of its compute
 * and its memory time.
 * @param pairs query-key pairs of the attention
 * @param contextTokens tokens whose keys and values are read
 */
function stepSeconds(tokens: number, logits: number, pairs: number, contextTokens: number): number {
  const streamBytes = STREAM_BYTES_PER_TOKEN * tokens;
  const qkv = gemmSeconds(QKV_WEIGHTS, tokens, streamBytes);
  const out = gemmSeconds(OUT_WEIGHTS, tokens, streamBytes);
  const mlp = gemmSeconds(MLP_WEIGHTS, tokens, 2 * streamBytes);
  const head = gemmSeconds(HEAD_WEIGHTS, logits, 0);
  const attention = Math.max(
    (4 * LAYERS * QUERY_SIZE * pairs) / FLOPS_PER_SECOND,
    (KV_BYTES_PER_TOKEN * contextTokens + streamBytes) / BYTES_PER_SECOND,
  );
  return HOST_SECONDS + qkv + attention + out + mlp + head;
}

function gemmSeconds(weights: number, rows: number, streamBytes: number): number {
  return Math.max((2 * weights * rows) / FLOPS_PER_SECOND, (2 * weights + streamBytes) / BYTES_PER_SECOND);
}

/**
 * The reference bar: one replica with chunked prefill, one latency evaluation a step, step by step, in plain typed
 * arrays. No KV blocks, no preemption, no metrics but the finish times.
 * @param arrivalSeconds ascending
 * @param budget tokens of one step
 */
export function runBareLoop(
  arrivalSeconds: Float64Array,
  inputTokens: Int32Array,
  outputTokens: Int32Array,
  budget: number,
): BareRun {
  const requests = arrivalSeconds.length;
  const finishSeconds = new Float64Array(requests);
  const decoding = new Int32Array(budget);
  const remaining = new Int32Array(budget);
  let running = 0;
  let contextTokens = 0;
  let arrived = 0;
  let head = 0;
  let headDone = 0;
  let now = 0;
  let steps = 0;
  let completed = 0;

  while (completed < requests) {
    if (running === 0 && head === arrived) now = Math.max(now, arrivalSeconds[arrived]!);
    while (arrived < requests && arrivalSeconds[arrived]! <= now) arrived++;

    // Every decode takes a token of the budget; the heads of the queue share what is left.
    const decodes = running;
    const firstPrefilled = head;
    let left = budget - decodes;
    let pairs = contextTokens;
    let readTokens = contextTokens;
    while (left > 0 && head < arrived) {
      const chunk = Math.min(left, inputTokens[head]! - headDone);
      pairs += chunk * (headDone + 0.5 * chunk);
      headDone += chunk;
      readTokens += headDone;
      left -= chunk;
      if (headDone < inputTokens[head]!) break;
      head++;
      headDone = 0;
    }

    now += stepSeconds(budget - left, decodes + head - firstPrefilled, pairs, readTokens);
    steps++;

    contextTokens += decodes;
    for (let slot = decodes - 1; slot >= 0; slot--) {
      if (--remaining[slot]! > 0) continue;
      const request = decoding[slot]!;
      finishSeconds[request] = now;
      completed++;
      contextTokens -= inputTokens[request]! + outputTokens[request]!;
      running--;
      decoding[slot] = decoding[running]!;
      remaining[slot] = remaining[running]!;
    }
    for (let request = firstPrefilled; request < head; request++) {
      if (outputTokens[request] === 1) {
        finishSeconds[request] = now;
        completed++;
        continue;
      }
      decoding[running] = request;
      remaining[running] = outputTokens[request]! - 1;
      contextTokens += inputTokens[request]! + 1;
      running++;
    }
  }
  const lastFinish = finishSeconds.reduce((latest, seconds) => Math.max(latest, seconds), 0);
  return { steps, completed, durationSeconds: lastFinish - arrivalSeconds[0]! };
}
