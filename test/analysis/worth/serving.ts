import fc from "fast-check";
import type { ServingDevice } from "../../../src/analysis/worth/serving-device.ts";
import { findDevice } from "../../../src/hardware/catalog.ts";
import { ADOR_RECALLED } from "../../../src/hardware/presets/ador.ts";

export const NOTHING_STATED = { bands: {}, prices: {} };

const BUSY = { sa: 0.2, mac_tree: 0.6, vector: 0.05, dram: 0.7, noc: 0.3, p2p: 0 };

/** A design that has to be made, at some rate. */
export const made = (requestsPerSecond = 14): ServingDevice => ({
  ...{ parts: [{ device: ADOR_RECALLED, marketDollars: undefined, share: 1 }], requestsPerSecond },
  ...{ tokensPerRequest: 200, dynamicJoulesPerToken: 0.1, utilization: BUSY },
});

/** A GPU that is sold. */
export const bought = (requestsPerSecond = 20, name = "h100", marketDollars = 28_000): ServingDevice => ({
  ...made(requestsPerSecond),
  ...{ parts: [{ device: findDevice(name), marketDollars, share: 1 }], dynamicJoulesPerToken: 0.25 },
});

export const rate = fc.double({ min: 0.1, max: 100, noNaN: true });
