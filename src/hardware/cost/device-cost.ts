import { areaConstantsOf, type AreaName } from "../area-constants.ts";
import { CORE_BLOCKS, deviceAreaMm2 } from "../area.ts";
import { bandOf, sensitivities, type Band, type Sensitivity } from "../band.ts";
import type { Device, GpuDevice, HdaDevice, MemorySystem } from "../device.ts";
import { RETICLE_MM2 } from "../feasibility.ts";
import {
  costBandsOf,
  defaultCostAssumptions,
  type CostAssumptions,
  type CostName,
} from "./cost-assumptions.ts";
import { grossDies, harvestedYield, type HarvestedDie } from "./die-yield.ts";
import { packageCost } from "./package-cost.ts";
import { sellingPriceDollars } from "./selling-prices.ts";

/** What one device costs to make and to buy. */
export interface DeviceCost {
  /** Area of all dies, spare cores included. */
  readonly dieMm2: number;
  /** Dies of one package: a GPU above a reticle is made of several; a design of ours is one die. */
  readonly dies: number;
  /** Share of dies that can be sold. */
  readonly dieYield: number;
  /** All good dies of the device. */
  readonly dieDollars: number;
  readonly memoryDollars: number;
  /** Substrate or interposer, and what is lost with packages that do not survive bonding. */
  readonly packageDollars: number;
  readonly testDollars: number;
  /** Cost of goods: the sum of the four. */
  readonly goodsDollars: number;
  /** Paid once for the design: masks, IP, package design, labour and tools. */
  readonly nreDollars: number;
  readonly nreDollarsPerDevice: number;
  /** What a buyer pays. */
  readonly priceDollars: number;
  /** Whether that is a market price or follows from cost, NRE and margin. */
  readonly priceSource: "market" | "cost and margin";
}

/** Share of a GPU's die that is cores and L2 slices, both made with spares (GA100 die photo in LLMCompass: 595 of 826 mm²). */
const GPU_HARVESTED_SHARE = 0.72;

/**
 * @param leastMm2 of the die of a design: what has to stand along its edge may need more than what is on it
 * @throws InputError for a process whose areas or prices are not known
 */
export function deviceCost(
  device: Device,
  assumptions: CostAssumptions = defaultCostAssumptions(device),
  leastMm2 = 0,
): DeviceCost {
  const dies = device.kind === "gpu" ? Math.ceil(device.dieMm2 / RETICLE_MM2) : 1;
  const die =
    device.kind === "gpu" ? gpuDie(device, dies, assumptions) : hdaDie(device, assumptions, leastMm2);
  const dieMm2 = dies * die.dieMm2;
  const dieYield = harvestedYield(die, assumptions.defectsPerCm2, assumptions.clusteringAlpha);
  const dieDollars =
    (dies * assumptions.waferDollars) / (grossDies(die.dieMm2, assumptions.sawStreetMm) * dieYield);
  const memoryDollars =
    (device.memory.capacityBytes / 2 ** 30) * dollarsPerGibibyte(device.memory, assumptions);
  const { packageDollars, testDollars } = packageCost(
    { memory: device.memory, dieMm2, dieDollars, memoryDollars },
    assumptions,
  );
  const goodsDollars = dieDollars + memoryDollars + packageDollars + testDollars;
  const nreDollars =
    assumptions.maskSetDollars +
    assumptions.ipDollars +
    assumptions.packageDesignDollars +
    assumptions.designDollars;
  const nreDollarsPerDevice = nreDollars / assumptions.volumeDevices;
  const marketDollars = sellingPriceDollars(device.name);
  return {
    ...{ dieMm2, dies, dieYield, dieDollars, memoryDollars, packageDollars, testDollars },
    ...{ goodsDollars, nreDollars, nreDollarsPerDevice },
    priceDollars:
      marketDollars === undefined
        ? (goodsDollars + nreDollarsPerDevice) / (1 - assumptions.grossMargin)
        : marketDollars * assumptions.knownPriceFactor,
    priceSource: marketDollars === undefined ? "cost and margin" : "market",
  };
}

/** One figure of a device's cost over the band of every uncertain constant. */
export function deviceCostBand(device: Device, figure: (cost: DeviceCost) => number): Band {
  return bandOf(costBandsOf(device), (assumptions) => figure(deviceCost(device, assumptions)));
}

/** What that figure depends on most. */
export function costSensitivities(
  device: Device,
  figure: (cost: DeviceCost) => number,
): Sensitivity<AreaName | CostName>[] {
  return sensitivities(costBandsOf(device), (assumptions) => figure(deviceCost(device, assumptions)));
}

/** One of several equal dies as published, the cores that are not sold included. */
function gpuDie(device: GpuDevice, dies: number, { spareCoreShare }: CostAssumptions): HarvestedDie {
  const dieMm2 = device.dieMm2 / dies;
  const counts = coreCounts(Math.ceil(device.multiprocessors / dies), spareCoreShare);
  return { dieMm2, coreMm2: (GPU_HARVESTED_SHARE * dieMm2) / counts.cores, ...counts };
}

/** The die with as many cores more as are spares. */
function hdaDie(device: HdaDevice, assumptions: CostAssumptions, leastMm2: number): HarvestedDie {
  const counts = coreCounts(device.cores, assumptions.spareCoreShare);
  const { totalMm2, blocks } = deviceAreaMm2(
    { ...device, cores: counts.cores },
    areaConstantsOf(assumptions),
  );
  const coresMm2 = blocks.reduce((sum, { name, mm2 }) => sum + (CORE_BLOCKS.has(name) ? mm2 : 0), 0);
  return { dieMm2: Math.max(totalMm2, leastMm2), coreMm2: coresMm2 / counts.cores, ...counts };
}

function coreCounts(needed: number, spareShare: number): Pick<HarvestedDie, "cores" | "spareCores"> {
  const cores = Math.round(needed / (1 - spareShare));
  return { cores, spareCores: cores - needed };
}

export function dollarsPerGibibyte(
  { kind }: Pick<MemorySystem, "kind">,
  assumptions: CostAssumptions,
): number {
  if (kind.startsWith("hbm")) return assumptions.hbmDollarsPerGibibyte;
  return kind.startsWith("gddr") ? assumptions.gddrDollarsPerGibibyte : assumptions.ddrDollarsPerGibibyte;
}
