/**
 * How the numbers of a checkpoint, a cache or an operand are stored. `bytes` is per element and holds the scales that are
 * stored beside groups of elements; `element` and `bits` are what a matrix unit is given (both 16-bit formats pass for one).
 *
 * - `fp8`, `int8`: scales per tensor, per channel or per 128 × 128 block (DeepSeek-V3) are below 0.1 % and left out.
 * - `int4`: groups of 128 with one 16-bit scale and no zero point (symmetric GPTQ and compressed-tensors, `group_size` 128).
 * - `int4-g32`: the same in groups of 32, as Kimi-K2 Thinking and K2.5 are released.
 * - `fp4`: NVFP4, groups of 16 with one fp8 scale (NVIDIA, "Introducing NVFP4", 2025).
 * - `mxfp4`: groups of 32 with one 8-bit exponent (OCP Microscaling Formats v1.0, table 1).
 */
export const FORMATS = {
  fp32: { element: "fp32", bits: 32, bytes: 4 },
  bf16: { element: "fp16", bits: 16, bytes: 2 },
  fp16: { element: "fp16", bits: 16, bytes: 2 },
  fp8: { element: "fp8", bits: 8, bytes: 1 },
  int8: { element: "int8", bits: 8, bytes: 1 },
  fp4: { element: "fp4", bits: 4, bytes: 0.5 + 1 / 16 },
  mxfp4: { element: "fp4", bits: 4, bytes: 0.5 + 1 / 32 },
  int4: { element: "int4", bits: 4, bytes: 0.5 + 2 / 128 },
  "int4-g32": { element: "int4", bits: 4, bytes: 0.5 + 2 / 32 },
} as const satisfies Record<
  string,
  { readonly element: string; readonly bits: number; readonly bytes: number }
>;

export type Format = keyof typeof FORMATS;

/** Which format is used for what. */
export interface Formats {
  /** Matrices of attention and MLP; embeddings, LM head, norms, router and biases stay at 16 bits or more. */
  readonly weights: Format;
  /** Matrices of routed experts; like `weights` unless a checkpoint treats them apart. */
  readonly experts: Format;
  readonly kv: Format;
  /** Operands of matrix arithmetic, and what activations are kept in. */
  readonly activations: Format;
}

/** Formats with their bytes per element. */
export interface Precision extends Formats {
  readonly weightBytes: number;
  readonly expertWeightBytes: number;
  readonly kvBytes: number;
  readonly activationBytes: number;
}

/** The precision of these formats; what is left out is bf16, and experts are stored like the other weights. */
export function precisionOf(formats: Partial<Formats>): Precision {
  const { weights = "bf16", experts = weights, kv = "bf16", activations = "bf16" } = formats;
  return {
    ...{ weights, experts, kv, activations },
    weightBytes: FORMATS[weights].bytes,
    expertWeightBytes: FORMATS[experts].bytes,
    kvBytes: FORMATS[kv].bytes,
    activationBytes: FORMATS[activations].bytes,
  };
}

export const BF16: Precision = precisionOf({});

/** Whether values stored as `stored` are converted before arithmetic on operands in `arithmetic`. */
export function needsDequantisation(stored: Format, arithmetic: Format): boolean {
  return FORMATS[stored].element !== FORMATS[arithmetic].element;
}
