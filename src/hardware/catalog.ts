import { InputError } from "../core/errors.ts";
import type { Device } from "./device.ts";
import { MI210, MI250, MI300X } from "./presets/amd.ts";
import { L40S, RTX_4090 } from "./presets/ada.ts";
import { ADOR_RECALLED } from "./presets/ador.ts";
import { A40, RTX_3090, RTX_A6000 } from "./presets/ampere-graphics.ts";
import { A100_40GB, A100_80GB, A100_PCIE } from "./presets/ampere.ts";
import { B200, RTX_PRO_6000 } from "./presets/blackwell.ts";
import { GAUDI2 } from "./presets/gaudi.ts";
import { GH200, H100, H100_NVL, H100_PCIE, H200 } from "./presets/hopper.ts";
import { LLMCOMPASS_LATENCY, LLMCOMPASS_THROUGHPUT } from "./presets/llmcompass.ts";

/** Every device that is known by name, in the order of `ador list devices`. */
export const DEVICES: readonly Device[] = [
  ADOR_RECALLED,
  LLMCOMPASS_LATENCY,
  LLMCOMPASS_THROUGHPUT,
  A100_40GB,
  A100_80GB,
  A100_PCIE,
  H100,
  H100_PCIE,
  H100_NVL,
  GH200,
  H200,
  B200,
  A40,
  RTX_A6000,
  L40S,
  RTX_3090,
  RTX_4090,
  RTX_PRO_6000,
  MI210,
  MI250,
  MI300X,
  GAUDI2,
];

/**
 * The device of a name such as `a100-80gb`, ignoring case.
 * @throws InputError with the nearest name
 */
export function findDevice(name: string): Device {
  const key = name.toLowerCase();
  const device = DEVICES.find((known) => known.name === key);
  if (device !== undefined) return device;
  throw new InputError({
    message: "unknown device",
    found: name,
    accepted: DEVICES.map((known) => known.name),
  });
}
