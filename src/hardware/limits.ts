import { InputError, type InputProblem } from "../core/errors.ts";
import type { Device, MemorySystem } from "./device.ts";

/**
 * Refuses a device that cannot exist or cannot serve: sizes and rates must be positive, efficiencies shares of one, and
 * an HDA needs arrays for prefill, vector lanes and memories; MAC trees may be absent altogether.
 * @throws InputError listing every rule that is broken
 */
export function checkDevice(device: Device): void {
  const problems: InputProblem[] = [];
  const positive = (key: string, found: number) => {
    if (Number.isFinite(found) && found > 0) return;
    problems.push({
      key: `${device.name}.${key}`,
      message: "invalid value",
      found,
      expected: "a positive number",
    });
  };
  const count = (key: string, found: number) => {
    if (Number.isInteger(found) && found >= 1) return;
    problems.push({
      key: `${device.name}.${key}`,
      message: "invalid count",
      found,
      expected: "an integer of 1 or more",
    });
  };
  const share = (key: string, found: number) => {
    if (found > 0 && found <= 1) return;
    problems.push({
      key: `${device.name}.${key}`,
      message: "invalid share",
      found,
      expected: "above 0 and at most 1",
    });
  };

  positive("clock", device.clockHertz);
  positive("memory.capacity", device.memory.capacityBytes);
  positive("memory.bandwidth", device.memory.bytesPerSecond);
  share("memory.efficiency", device.memory.efficiency);
  positive("links.bandwidth", device.links.bytesPerSecond);
  share("links.efficiency", device.links.efficiency);
  if (device.kind === "gpu") {
    count("multiprocessors", device.multiprocessors);
    positive("tensor_flops", device.tensorFlopsPerSecond);
    positive("vector_flops", device.vectorFlopsPerSecond);
    share("tensor_efficiency", device.tensorEfficiency);
  } else {
    const { systolicArray, macTree } = device;
    count("cores", device.cores);
    count("systolic_array.per_core", systolicArray.perCore);
    count("systolic_array.rows", systolicArray.rows);
    count("systolic_array.columns", systolicArray.columns);
    count("vector.lanes_per_core", device.vector.lanesPerCore);
    positive("local_sram", device.localSramBytesPerCore);
    positive("global_sram", device.globalSramBytes);
    positive("global_sram.bandwidth", device.globalSramBytesPerSecond);
    if (macTree.treesPerCore !== 0) {
      count("mac_tree.trees_per_core", macTree.treesPerCore);
      count("mac_tree.width", macTree.width);
      count("mac_tree.reuse", macTree.reuse);
    }
  }
  if (problems.length > 0) throw new InputError(problems);
}

/** Bytes per second of one stack: 128 bytes wide at the fastest pin rate sold (2.5, 3.6, 6.4 and 9.8 Gb/s; vendors). */
const STACK_BYTES_PER_SECOND: Partial<Record<MemorySystem["kind"], number>> = {
  hbm2: 128 * 2.5e9,
  hbm2e: 128 * 3.6e9,
  hbm3: 128 * 6.4e9,
  hbm3e: 128 * 9.8e9,
};

/**
 * Refuses a bandwidth that the stacks cannot deliver: each needs a PHY, so that bandwidth is never free area.
 * @throws InputError naming the stacks it would take
 */
export function checkMemoryInterface({ kind, bytesPerSecond, stacks }: MemorySystem): void {
  const perStack = STACK_BYTES_PER_SECOND[kind];
  if (perStack === undefined || bytesPerSecond <= stacks * perStack) return;
  const gigabytes = (rate: number) => `${Math.floor(rate / 1e9)} GB/s`;
  throw new InputError({
    key: "memory.bandwidth",
    message: `${gigabytes(bytesPerSecond)} is more than ${stacks} stacks of ${kind} deliver`,
    expected: `at most ${gigabytes(stacks * perStack)}, or memory.stacks of at least ${Math.ceil(bytesPerSecond / perStack)}`,
  });
}
