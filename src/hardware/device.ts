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
  /** Shares that all-reduces reach in which devices read each other's memory; absent where engines have none. */
  readonly direct?: { readonly oneShotEfficiency: number; readonly twoShotEfficiency: number };
  /** Bytes per second of all devices together through the host, where more than two have no other way. */
  readonly hostBytesPerSecond?: number;
}

/** Seconds that no kernel model knows: engine host work per step and kernel launches. */
export interface Overheads {
  /** Seconds of host work per engine step that the device waits for. */
  readonly hostSecondsPerStep: number;
  /** Seconds lost between two consecutive operators (launch gap; a few µs with CUDA graphs). */
  readonly launchSeconds: number;
}

/** Number formats that a unit may multiply as they are, beside bf16. */
export type NarrowFormat = "fp8" | "int8" | "fp4" | "int4";

/**
 * How an on-chip buffer is built: bare macros beside their user, a scratchpad that software manages over banks, or a
 * cache with tags, coherence and many ports. Decides how much area a byte takes.
 */
export type SramStyle = "macro" | "scratchpad" | "cache";

/** The network between the cores and the shared SRAM. */
export interface NocSystem {
  readonly topology: "ring" | "mesh" | "all-to-all";
  /** Bytes a cycle and direction of each link of a ring or mesh, and of each core's port to a crossbar. */
  readonly bytesPerCyclePerPort: number;
}

/** What may work at the same time; switched off to see what each buys. */
export interface HdaConcurrency {
  /** Arrays and trees share the rows of a product, and prefill on arrays runs beside decode on trees. */
  readonly arraysBesideTrees: boolean;
  /** A collective sends each tile that the product before it puts out while the next is computed. */
  readonly linksBesideCompute: boolean;
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
  /** Bytes a cycle between the local SRAM of one core and its arrays; other banks are filled meanwhile. */
  readonly localSramBytesPerCycle: number;
  readonly globalSramBytes: number;
  readonly globalSramBytesPerSecond: number;
  readonly noc: NocSystem;
  readonly concurrency: HdaConcurrency;
  readonly sramStyle: { readonly local: SramStyle; readonly global: SramStyle };
  /** What arrays and trees multiply as it is, at the bf16 rate; the rest is turned into bf16 on the way to them. */
  readonly nativeFormats: Readonly<Record<NarrowFormat, boolean>>;
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
  /** Share of the memory peak that products reach (0..1). */
  readonly matrixMemoryEfficiency: number;
  /**
   * Share that products of 8-bit operands reach of a tile's rate and operand loads (0..1): their kernels neither cut the
   * inner dimension nor even out waves.
   */
  readonly eightBitTileShare: number;
  /** Seconds that each wave of output tiles adds. */
  readonly waveSeconds: number;
  /**
   * Rate of one output tile relative to a multiprocessor's share of the tensor peak. Above 1 where schedules even out the
   * last wave (stream-K, persistent kernels) and clocks rise above the datasheet's while the power limit allows it.
   */
  readonly tileSpeed: number;
  /** Bytes of operands per second that one multiprocessor loads from the L2, multicast counted at every receiver. */
  readonly operandBytesPerSecond: number;
  /** Seconds of a prefill attention kernel beside its work. */
  readonly prefillSeconds: number;
  /** Share of the tensor peak that prefill attention reaches over long contexts (0..1). */
  readonly prefillEfficiency: number;
  /** Key positions that each query row costs beyond those it attends to: masked tiles, start and end of a thread block. */
  readonly prefillPaddingTokens: number;
  /** Share of the longest thread block during which the others have already left (0..1). */
  readonly prefillTailShare: number;
  /** Times that prefill attention moves its queries and outputs through memory. */
  readonly prefillTraffic: number;
  /** Seconds that each new token adds to the scatter of keys and values into their pages, with four KV heads or more. */
  readonly cacheTokenSeconds: number;
  /** Query heads of a group share the row blocks of prefill attention (FlashAttention 3). */
  readonly packsQueryHeads: boolean;
  /** Seconds of a decode attention kernel beside its traffic, over contexts too short to be split. */
  readonly decodeSeconds: number;
  /** The same over longer contexts, with the kernel that combines the parts. */
  readonly decodeSplitSeconds: number;
  /** Seconds of the copies that bring grouped queries of several sequences into order (FlashAttention 2). */
  readonly decodeReorderSeconds: number;
  /** Seconds that one (sequence, KV head) pair occupies one multiprocessor, however short its context. */
  readonly decodePairSeconds: number;
  /**
   * Seconds per token of context of the one thread block that walks a KV head of a sequence where the context is not split:
   * without query groups in FlashAttention 2. 0 where every context is split.
   */
  readonly decodeWalkSeconds: number;
  /** How many times longer decode reads its keys and values when prefill chunks share the kernel; 1 for no loss. */
  readonly mixedDecodeFactor: number;
  /** Seconds of a fused layer of experts beside its work: sorting, five launches. */
  readonly expertSeconds: number;
  /** Share of the tensor peak that grouped products reach with many rows (0..1). */
  readonly expertEfficiency: number;
  /** Rows of a tile in grouped products: each expert with tokens wastes half of one. */
  readonly expertPaddingRows: number;
  /** Share of the memory peak at which grouped products read the weights of experts (0..1). */
  readonly expertMemoryEfficiency: number;
  /** Times that the rows of a layer of experts go through memory between its kernels. */
  readonly expertRowTraffic: number;
  /** Bytes per second at which one thread block works through one row of a norm or activation. */
  readonly rowBytesPerSecond: number;
  /** Bytes per second of norms, rotary and activation kernels over many rows that the L2 holds. */
  readonly elementwiseBytesPerSecond: number;
}

/** What differs when a GPU has been busy for seconds on end, at its power limit, with the libraries of that time. */
export interface SustainedLoad {
  readonly tensorEfficiency: number;
  readonly kernels: Partial<GpuKernels>;
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
  /** The same for operands of 4-bit floats; absent where they are converted to something wider. */
  readonly fourBitSpeedup?: number;
  readonly vectorFlopsPerSecond: number;
  /** Share of the tensor peak that large matrix products reach before the power limit, and in short runs (0..1). */
  readonly tensorEfficiency: number;
  readonly kernels: GpuKernels;
  /** Measured under sustained load; absent where nobody did. */
  readonly sustained?: SustainedLoad;
  readonly l2Bytes: number;
  /** Bytes per second that long streams read from the L2. */
  readonly l2BytesPerSecond: number;
  readonly memory: MemorySystem;
  readonly links: LinkSystem;
  readonly overheads: Overheads;
  readonly tdpWatts: number;
  readonly idleWatts: number;
}

export type Device = HdaDevice | GpuDevice;
