import * as z from "zod";
import { flopsPerSecond, positiveQuantity, quantity } from "./quantity-schema.ts";

const count = (description: string) => z.int().min(1).optional().meta({ description });
const share = (description: string) => z.number().gt(0).max(1).optional().meta({ description });

const flag = z.boolean().optional();
const sramStyle = z.enum(["macro", "scratchpad", "cache"]).optional();

const memory = z.strictObject({
  kind: z.enum(["hbm2", "hbm2e", "hbm3", "hbm3e", "gddr6", "gddr6x", "gddr7", "ddr5"]).optional(),
  capacity: positiveQuantity("bytes", "Capacity of one device").optional(),
  bandwidth: positiveQuantity("bytesPerSecond", "Peak bandwidth of one device").optional(),
  efficiency: share("Share of the peak that long streams reach"),
  stacks: count("Stacks (HBM) or channels"),
});

const links = z.strictObject({
  bandwidth: positiveQuantity("bytesPerSecond", "Egress of one device in one direction").optional(),
  topology: z.enum(["ring", "switched", "direct"]).optional(),
  collective_latency: quantity("seconds", "Fixed time of one collective").optional(),
  efficiency: share("Share of the peak that large messages reach"),
});

const overheads = z.strictObject({
  host_per_step: quantity("seconds", "Host work of one engine step that the device waits for").optional(),
  launch: quantity("seconds", "Time lost between two consecutive operators").optional(),
});

const eitherKind = {
  name: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Name in results; the base's name with `*` when absent" }),
  process_nm: z.number().gt(0).optional().meta({ description: "Process node in nanometres" }),
  clock: positiveQuantity("hertz", "Clock under sustained load").optional(),
  memory: memory.optional().meta({ description: "Off-chip memory" }),
  links: links.optional().meta({ description: "Device-to-device links" }),
  overheads: overheads.optional().meta({ description: "Time that no kernel accounts for" }),
  tdp: positiveQuantity("watts", "Power at which the device is held").optional(),
};

const hdaOnly = {
  cores: count("Cores"),
  systolic_array: z
    .strictObject({
      per_core: count("Arrays in one core"),
      rows: count("Rows of one array"),
      columns: count("Columns of one array"),
      double_buffered: z
        .boolean()
        .optional()
        .meta({ description: "The next weights load while the current ones stream" }),
    })
    .optional(),
  mac_tree: z
    .strictObject({
      trees_per_core: count("Trees in one core"),
      width: count("Multipliers of one tree"),
      reuse: count("Batch lanes that share a streamed weight"),
    })
    .optional(),
  vector: z.strictObject({ lanes_per_core: count("Vector lanes in one core") }).optional(),
  local_sram_per_core: positiveQuantity("bytes", "Local SRAM of one core").optional(),
  local_sram_bytes_per_cycle: count("Bytes a cycle between the local SRAM of one core and its arrays"),
  global_sram: positiveQuantity("bytes", "SRAM shared by all cores").optional(),
  global_sram_bandwidth: positiveQuantity("bytesPerSecond", "Bandwidth of the shared SRAM").optional(),
  noc: z
    .strictObject({
      topology: z.enum(["ring", "mesh", "all-to-all"]).optional(),
      bytes_per_cycle_per_port: count("Bytes a cycle that one core sends or receives"),
    })
    .optional()
    .meta({ description: "Network between the cores and the shared SRAM" }),
  concurrency: z
    .strictObject({ arrays_beside_trees: flag, links_beside_compute: flag })
    .optional()
    .meta({ description: "What may work at the same time" }),
  sram_style: z
    .strictObject({ local: sramStyle, global: sramStyle })
    .optional()
    .meta({ description: "How the buffers are built, which decides their density" }),
  native_formats: z
    .strictObject({ fp8: flag, int8: flag, fp4: flag, int4: flag })
    .optional()
    .meta({ description: "Formats beside bf16 that arrays and trees multiply as they are" }),
};

const gpuOnly = {
  die_area: positiveQuantity("mm2", "Die area as published").optional(),
  multiprocessors: count("Streaming multiprocessors"),
  tensor_peak: flopsPerSecond("Dense bf16 matrix peak").optional(),
  eight_bit_speedup: z
    .number()
    .gt(0)
    .optional()
    .meta({ description: "Factor of that peak for 8-bit operands" }),
  vector_peak: flopsPerSecond("Vector peak").optional(),
  tensor_efficiency: share("Share of the matrix peak that large products reach"),
  l2: positiveQuantity("bytes", "L2 cache").optional(),
  idle_power: quantity("watts", "Power at rest").optional(),
};

/** Keys that only one kind of device has. */
export const HDA_KEYS = Object.keys(hdaOnly);
export const GPU_KEYS = Object.keys(gpuOnly);

const overrides = z.strictObject({
  base: z.string().meta({ description: "Name from `ador list devices` to start from" }),
  ...eitherKind,
  ...hdaOnly,
  ...gpuOnly,
});

/** A device by name, or a named one with some of its fields changed. */
export const deviceSchema = z
  .union([z.string().transform((base): z.output<typeof overrides> => ({ base })), overrides])
  .meta({ description: "Name from `ador list devices`, or `base` with the fields to change" });
export type DeviceInput = z.output<typeof deviceSchema>;

/** The device of one pool: as above, or the system's with some of its fields changed. */
export const poolDeviceSchema = z.union([z.string(), overrides.partial({ base: true })]).meta({
  description: "Name from `ador list devices`, or fields to change of the system's device or of `base`",
});
