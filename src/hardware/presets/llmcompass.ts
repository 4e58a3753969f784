import type { HdaDevice } from "../device.ts";
import { HDA_OVERHEADS } from "./ador.ts";

const CLOCK_HERTZ = 1.41e9;

/**
 * The latency-oriented design of LLMCompass (H. Zhang et al., ISCA 2024, table IV; PrincetonUniversity/LLMCompass
 * configs): 64 cores of four lanes with a 16×16 array and a 32-wide vector unit each, 192 KB local and 24 MB global
 * buffer at 2560 B a cycle, 80 GB HBM2e at 2 TB/s, twelve NVLink3 links, no MAC trees. Not stated there: memory
 * efficiency and TDP, chosen as for the ADOR preset; the crossbar, whose ports together take what the global buffer
 * gives; and the local buffer, twice what the four arrays read with outputs held (there it is never a limit).
 */
export const LLMCOMPASS_LATENCY: HdaDevice = {
  kind: "hda",
  name: "llmcompass-latency",
  processNanometres: 7,
  clockHertz: CLOCK_HERTZ,
  cores: 64,
  systolicArray: { perCore: 4, rows: 16, columns: 16, doubleBuffered: true },
  macTree: { treesPerCore: 0, width: 0, reuse: 0 },
  vector: { lanesPerCore: 128 },
  localSramBytesPerCore: 192 * 2 ** 10,
  localSramBytesPerCycle: 512,
  globalSramBytes: 24 * 2 ** 20,
  globalSramBytesPerSecond: 2560 * CLOCK_HERTZ,
  noc: { topology: "all-to-all", bytesPerCyclePerPort: 2560 / 64 },
  concurrency: { arraysBesideTrees: true, linksBesideCompute: true },
  sramStyle: { local: "scratchpad", global: "scratchpad" },
  nativeFormats: { fp8: false, int8: false, fp4: false, int4: false },
  memory: { kind: "hbm2e", capacityBytes: 80 * 2 ** 30, bytesPerSecond: 2e12, efficiency: 0.9, stacks: 5 },
  // 8.92 µs: fitted link latency of LLMCompass for NVLink3 (software_model/communication_primitives.py).
  links: { bytesPerSecond: 300e9, topology: "direct", collectiveSeconds: 8.92e-6, efficiency: 0.9 },
  overheads: HDA_OVERHEADS,
  tdpWatts: 340,
};

/**
 * The GA100 as LLMCompass describes it (configs/GA100.json): all 128 cores of the die, 48 MB at 5120 B a cycle; otherwise
 * as its latency design.
 */
export const LLMCOMPASS_GA100: HdaDevice = {
  ...LLMCOMPASS_LATENCY,
  name: "llmcompass-ga100",
  cores: 128,
  globalSramBytes: 48 * 2 ** 20,
  globalSramBytesPerSecond: 5120 * CLOCK_HERTZ,
  noc: { topology: "all-to-all", bytesPerCyclePerPort: 5120 / 128 },
  tdpWatts: 480,
};

/**
 * The throughput-oriented design of LLMCompass (same sources): four 32×32 arrays a core, 768 KB local and 48 MB global
 * buffer at 5120 B a cycle, 512 GB of DDR5 behind 256 PCIe 5 lanes at 1 TB/s.
 */
export const LLMCOMPASS_THROUGHPUT: HdaDevice = {
  ...LLMCOMPASS_LATENCY,
  name: "llmcompass-throughput",
  systolicArray: { perCore: 4, rows: 32, columns: 32, doubleBuffered: true },
  localSramBytesPerCore: 768 * 2 ** 10,
  localSramBytesPerCycle: 1024,
  globalSramBytes: 48 * 2 ** 20,
  globalSramBytesPerSecond: 5120 * CLOCK_HERTZ,
  noc: { topology: "all-to-all", bytesPerCyclePerPort: 5120 / 64 },
  memory: { kind: "ddr5", capacityBytes: 512 * 2 ** 30, bytesPerSecond: 1e12, efficiency: 0.9, stacks: 256 },
  tdpWatts: 830,
};
