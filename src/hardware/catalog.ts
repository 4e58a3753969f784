import { InputError } from "../core/errors.ts";
import type { Device } from "./device.ts";
import { L40S, RTX_4090 } from "./presets/ada.ts";
import { ADOR_RECALLED } from "./presets/ador.ts";
import { A100_40GB, A100_80GB } from "./presets/ampere.ts";
import { B200, RTX_PRO_6000 } from "./presets/blackwell.ts";
import { H100, H200 } from "./presets/hopper.ts";
import { LLMCOMPASS_LATENCY, LLMCOMPASS_THROUGHPUT } from "./presets/llmcompass.ts";

/** Every device that is known by name, in the order of `ador list devices`. */
export const DEVICES: readonly Device[] = [
  ADOR_RECALLED,
  LLMCOMPASS_LATENCY,
  LLMCOMPASS_THROUGHPUT,
  A100_40GB,
  A100_80GB,
  H100,
  H200,
  B200,
  L40S,
  RTX_4090,
  RTX_PRO_6000,
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
