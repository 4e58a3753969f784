import type { HdaDevice } from "../device.ts";
import { HDA_OVERHEADS } from "./ador.ts";

const CLOCK_HERTZ = 1.41e9;

/**
 * The latency-oriented design of LLMCompass (H. Zhang et al., ISCA 2024, table IV; PrincetonUniversity/LLMCompass
 * configs): 64 cores of four lanes with a 16×16 array and a 32-wide vector unit each, 192 KB local and 24 MB global
 * buffer at 2560 B a cycle, 80 GB HBM2e at 2 TB/s, twelve NVLink3 links, no MAC trees. Memory efficiency and TDP are
 * not stated there; chosen as for the ADOR preset.
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
  globalSramBytes: 24 * 2 ** 20,
  globalSramBytesPerSecond: 2560 * CLOCK_HERTZ,
  memory: { kind: "hbm2e", capacityBytes: 80 * 2 ** 30, bytesPerSecond: 2e12, efficiency: 0.9, stacks: 5 },
  // 8.92 µs: fitted link latency of LLMCompass for NVLink3 (software_model/communication_primitives.py).
  links: { bytesPerSecond: 300e9, topology: "direct", collectiveSeconds: 8.92e-6, efficiency: 0.9 },
  overheads: HDA_OVERHEADS,
  tdpWatts: 330,
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
  globalSramBytes: 48 * 2 ** 20,
  globalSramBytesPerSecond: 5120 * CLOCK_HERTZ,
  memory: { kind: "ddr5", capacityBytes: 512 * 2 ** 30, bytesPerSecond: 1e12, efficiency: 0.9, stacks: 256 },
  tdpWatts: 810,
};
