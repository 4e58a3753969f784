import { InputError, type InputProblem } from "../core/errors.ts";
import type { Device } from "./device.ts";

/**
 * Refuses a device that cannot exist or cannot serve: sizes and rates must be positive, efficiencies shares of one, and
 * an HDA needs arrays for prefill, vector lanes and memories; MAC trees may be absent altogether.
 * @throws InputError listing every rule that is broken
 */
export function checkDevice(device: Device): void {
  const problems = unusableNumbers(device, device.name);
  if (problems.length > 0) throw new InputError(problems);
  const positive = (key: string, found: number) => {
    if (found > 0) return;
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
  positive("tdp", device.tdpWatts);
  count("memory.stacks", device.memory.stacks);
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
    positive("local_sram.bandwidth", device.localSramBytesPerCycle);
    positive("global_sram", device.globalSramBytes);
    positive("global_sram.bandwidth", device.globalSramBytesPerSecond);
    positive("noc.bytes_per_cycle_per_port", device.noc.bytesPerCyclePerPort);
    if (macTree.treesPerCore !== 0) {
      count("mac_tree.trees_per_core", macTree.treesPerCore);
      count("mac_tree.width", macTree.width);
      count("mac_tree.reuse", macTree.reuse);
    }
  }
  if (problems.length > 0) throw new InputError(problems);
}

/**
 * Refuses MAC trees that are wider than a model's hidden size: in every product that reads a hidden state, lanes beyond it
 * would never work.
 * @throws InputError
 */
export function checkTreeWidth(device: Device, hiddenSize: number): void {
  if (device.kind === "gpu" || device.macTree.treesPerCore === 0) return;
  if (device.macTree.width <= hiddenSize) return;
  throw new InputError({
    message: "a tree wider than the model's hidden size:",
    found: device.macTree.width,
    expected: `at most ${hiddenSize}`,
  });
}

/**
 * Refuses arithmetic in a format that the device's matrix units lack. Weights and KV cache may be stored in any format: it
 * is the activations that tell what is multiplied, and weights of another format are turned into theirs on the way.
 * @param element what one operand is made of, such as `fp16`, `fp8` or `int8`; all 16-bit floats pass for `fp16`
 * @throws InputError naming the formats that it has
 */
export function checkArithmetic(device: Device, element: string): void {
  if (multipliesNatively(device, element)) return;
  const native = nativeElements(device);
  throw new InputError({
    message: `${device.name} has no units that multiply`,
    found: element,
    expected: `${native.map((name) => (name === "fp16" ? "bf16" : name)).join(" or ")}; weights and KV cache may stay in a narrower format and are converted`,
  });
}

/** Whether the matrix units of the device take operands of this element type as they are. */
export function multipliesNatively(device: Device, element: string): boolean {
  return nativeElements(device).includes(element);
}

/** 16-bit floats everywhere. GPUs: int8 since 2018, fp8 where 8-bit operands run faster (Ada and Hopper on), fp4 since Blackwell. */
function nativeElements(device: Device): string[] {
  if (device.kind === "gpu")
    return [
      "fp16",
      ...(device.eightBitSpeedup > 1 ? ["fp8"] : []),
      "int8",
      ...(device.fourBitSpeedup === undefined ? [] : ["fp4"]),
    ];
  const narrow = Object.entries(device.nativeFormats).flatMap(([name, native]) => (native ? [name] : []));
  return ["fp16", ...narrow];
}

/** Paths of the numbers in a device that are negative, infinite or not numbers at all. */
function unusableNumbers(value: object, path: string): InputProblem[] {
  return Object.entries(value as Readonly<Record<string, unknown>>).flatMap(([name, inner]) => {
    const key = `${path}.${name}`;
    if (typeof inner === "object" && inner !== null) return unusableNumbers(inner, key);
    if (typeof inner !== "number" || (Number.isFinite(inner) && inner >= 0)) return [];
    return [{ key, message: "invalid number", found: inner, expected: "a finite number of 0 or more" }];
  });
}
