/** Off-chip memory of one device. Bytes and bytes per second are per device. */
export interface MemorySystem {
  readonly kind: "hbm2" | "hbm2e" | "hbm3" | "hbm3e" | "gddr6" | "gddr6x" | "gddr7" | "ddr5";
  readonly capacityBytes: number;
  readonly bytesPerSecond: number;
  /** Share of the peak bandwidth that long streams reach (0..1). */
  readonly efficiency: number;
  /** Stacks (HBM) or channels; decides the PHY area. */
  readonly stacks: number;
}

/** Device-to-device links. */
export interface LinkSystem {
  /** Egress bytes per second of one device in one direction, over all its links. */
  readonly bytesPerSecond: number;
  readonly topology: "ring" | "switched" | "direct";
  /** Fixed seconds of one collective among tensor-parallel devices (software, wire, synchronisation). */
  readonly collectiveSeconds: number;
  /** Share of the peak bandwidth that large messages reach (0..1). */
  readonly efficiency: number;
}

/** Seconds that no kernel model knows: engine host work per step and kernel launches. */
export interface Overheads {
  /** Seconds of host work per engine step that the device waits for. */
  readonly hostSecondsPerStep: number;
  /** Seconds lost between two consecutive operators (launch gap; a few µs with CUDA graphs). */
  readonly launchSeconds: number;
}

/** A heterogeneous dataflow accelerator: cores of arrays, trees and vector units around a shared memory. */
export interface HdaDevice {
  readonly kind: "hda";
  readonly name: string;
  readonly processNanometres: number;
  readonly clockHertz: number;
  readonly cores: number;
  readonly systolicArray: {
    readonly perCore: number;
    readonly rows: number;
    readonly columns: number;
    /** Weights of the next fold load while the current one streams. */
    readonly doubleBuffered: boolean;
  };
  readonly macTree: {
    /** Trees (p), each `width` (w) multipliers wide, per core. */
    readonly treesPerCore: number;
    readonly width: number;
    /** Batch lanes (r) that share a streamed weight. */
    readonly reuse: number;
  };
  readonly vector: { readonly lanesPerCore: number };
  readonly localSramBytesPerCore: number;
  readonly globalSramBytes: number;
  readonly globalSramBytesPerSecond: number;
  readonly memory: MemorySystem;
  readonly links: LinkSystem;
  readonly overheads: Overheads;
  /** Watts at which the device is held. */
  readonly tdpWatts: number;
}

/** What kernels of a GPU cost beyond its datasheet; fitted once per device and shared by every model and shape. */
export interface GpuKernels {
  /** Seconds of a matrix product beside its arithmetic and traffic: pipeline fill, drain, launch gap in a CUDA graph. */
  readonly matrixSeconds: number;
  /** Seconds that each wave of output tiles adds. */
  readonly waveSeconds: number;
  /** Tile size (rows · columns / (rows + columns)) at which a tile is half as efficient as an endless one. */
  readonly tileKnee: number;
  /** Seconds of a prefill attention kernel beside its work. */
  readonly prefillSeconds: number;
  /** Share of the tensor peak that prefill attention reaches over long contexts (0..1). */
  readonly prefillEfficiency: number;
  /** Key positions that each new token costs beyond those it attends to: masked tiles, softmax start and end. */
  readonly prefillPaddingTokens: number;
  /** Seconds of a decode attention kernel beside its traffic. */
  readonly decodeSeconds: number;
  /** Seconds that one (sequence, KV head) pair occupies one multiprocessor, however short its context. */
  readonly decodePairSeconds: number;
  /** How many times longer decode reads its keys and values when prefill chunks share the kernel; 1 for no loss. */
  readonly mixedDecodeFactor: number;
}

/** A GPU: many small arrays, launched kernels, measured efficiencies. */
export interface GpuDevice {
  readonly kind: "gpu";
  readonly name: string;
  readonly processNanometres: number;
  /** Die area as published; GPUs are not re-derived from blocks. */
  readonly dieMm2: number;
  /** Clock under sustained load. */
  readonly clockHertz: number;
  readonly multiprocessors: number;
  /** Dense peak of bf16 matrix arithmetic, a multiply-add being two. */
  readonly tensorFlopsPerSecond: number;
  /** Factor of the tensor peak for 8-bit operands (2 on most since Hopper, 1 where unsupported). */
  readonly eightBitSpeedup: number;
  readonly vectorFlopsPerSecond: number;
  /** Share of the tensor peak that matrix products in the largest tiles reach (0..1). */
  readonly tensorEfficiency: number;
  readonly kernels: GpuKernels;
  readonly l2Bytes: number;
  readonly l2BytesPerSecond: number;
  readonly memory: MemorySystem;
  readonly links: LinkSystem;
  readonly overheads: Overheads;
  readonly tdpWatts: number;
  readonly idleWatts: number;
}

export type Device = HdaDevice | GpuDevice;
