import type { HdaDevice, Overheads } from "../device.ts";

/**
 * Assumption for accelerators without a host in the loop: a command processor sequences 20 µs of work per step and
 * starts an operator within a microsecond of the one before.
 */
export const HDA_OVERHEADS: Overheads = { hostSecondsPerStep: 20e-6, launchSeconds: 1e-6 };

/**
 * The design point of the ADOR paper (J. Kim et al., arXiv 2503.04253) as recollected, not as read: 32 cores with one
 * 64×64 systolic array and a 16×16 MAC tree each at 1.5 GHz (about 417 TFLOPS in all), 2 MiB local and 16 MiB global
 * SRAM, 80 GB HBM2e at 2 TB/s, 64 GB/s of P2P links, about 516 mm² in 7 nm.
 *
 * The trees are read here as 16 of width 16 without batch lanes: they keep up with the memory up to a batch of 13, each
 * weight being held while the batch passes. (One tree with 16 lanes would consume 1.54 TB/s, less than the memory
 * gives.) Not recollected, chosen: 128 vector lanes a core (softmax keeps pace with the array in prefill attention);
 * local memory that reads or writes 512 B a cycle (twice what the array reads with its outputs held, the rest for
 * results and softmax; holding weights instead takes 640 B for partial sums); 4096 B a cycle from the
 * global SRAM over a mesh of 128 B links; bf16 arithmetic alone; 90 % memory efficiency (the same group's Adelia reports
 * up to 91 %); a synchronising link (as their LPU has one) with 2 µs a collective hop pair; and a TDP at which every
 * block could be busy at once.
 */
export const ADOR_RECALLED: HdaDevice = {
  kind: "hda",
  name: "ador-recalled",
  processNanometres: 7,
  clockHertz: 1.5e9,
  cores: 32,
  systolicArray: { perCore: 1, rows: 64, columns: 64, doubleBuffered: true },
  macTree: { treesPerCore: 16, width: 16, reuse: 1 },
  vector: { lanesPerCore: 128 },
  localSramBytesPerCore: 2 * 2 ** 20,
  localSramBytesPerCycle: 512,
  globalSramBytes: 16 * 2 ** 20,
  globalSramBytesPerSecond: 4096 * 1.5e9,
  noc: { topology: "mesh", bytesPerCyclePerPort: 128 },
  concurrency: { arraysBesideTrees: true, linksBesideCompute: true },
  sramStyle: { local: "scratchpad", global: "scratchpad" },
  nativeFormats: { fp8: false, int8: false, fp4: false, int4: false },
  memory: { kind: "hbm2e", capacityBytes: 80 * 2 ** 30, bytesPerSecond: 2e12, efficiency: 0.9, stacks: 5 },
  links: { bytesPerSecond: 64e9, topology: "ring", collectiveSeconds: 2e-6, efficiency: 0.9 },
  overheads: HDA_OVERHEADS,
  tdpWatts: 470,
};
