import * as z from "zod";
import type { StatedName, WorthAssumptions } from "../../analysis/worth/worth-bands.ts";
import type { Band } from "../../hardware/band.ts";
import { findDevice } from "../../hardware/catalog.ts";
import { snakeCase } from "../../scenario/setting-map.ts";

/** What a scenario may state: what it is, from where on and up to where it makes sense. */
interface Stated {
  readonly description: string;
  readonly above?: number;
  readonly below?: number;
  readonly atMost?: number;
}

const positive = { above: 0 };
const share = { atMost: 1 };

/** Dollars, years, watts and shares (0..1), all at least 0. */
const STATED: Readonly<Record<StatedName, Stated>> = {
  volumeDevices: { description: "Devices over which the cost of the design is spread", ...positive },
  utilisation: { description: "Share of the goodput within the SLO that is sold", ...positive, ...share },
  lifeYears: { description: "Years for which a device serves", ...positive },
  interestRate: { description: "Yearly, paid monthly", ...share },
  grossMargin: {
    description: "Share of a made device's price that its maker keeps: 0 for own use",
    below: 1,
  },
  dollarsPerKilowattHour: { description: "Price of electricity" },
  powerUsageEffectiveness: { description: "Watts of the site per watt of its servers" },
  supplyEfficiency: { description: "Of power supply and converters", ...positive, ...share },
  facilityDollarsPerWatt: { description: "Building, cooling and power for each watt that may be drawn" },
  facilityYears: { description: "Years over which the site is paid off", ...positive },
  facilityDollarsPerWattMonth: { description: "Staff and maintenance of the site: hosting" },
  hostDollars: { description: "A device's share of the rest of its server" },
  hostWatts: { description: "What that share draws" },
  serverUpkeepShare: { description: "Upkeep over the life of a server, as a share of its price" },
  maskSetDollars: { description: "NRE: masks" },
  ipDollars: { description: "NRE: licensed blocks" },
  packageDesignDollars: { description: "NRE: design of the package" },
  designDollars: { description: "NRE: labour and tools" },
  waferDollars: { description: "A processed wafer of 300 mm", ...positive },
  defectsPerCm2: { description: "Defects of the process" },
  clusteringAlpha: { description: "How much defects cluster: the fewer, the more", ...positive },
  sawStreetMm: { description: "Width that the saw takes between dies" },
  hbmDollarsPerGibibyte: { description: "Price of HBM" },
  gddrDollarsPerGibibyte: { description: "Price of GDDR" },
  ddrDollarsPerGibibyte: { description: "Price of DDR" },
  interposerDollarsPerMm2: { description: "Silicon interposer with substrate and bonding" },
  interposerBondingYield: { description: "Packages with HBM that survive bonding", ...positive, ...share },
  organicBondingYield: { description: "Packages without HBM that survive bonding", ...positive, ...share },
  advancedTestDollars: { description: "Test and assembly of a package with HBM" },
  plainTestDollars: { description: "Test and assembly of a package without" },
};

/** A number that is certain, or a band. */
function valueSchema({ above, below, atMost }: Omit<Stated, "description">) {
  let number = z.number().min(0);
  if (above !== undefined) number = number.gt(above);
  if (below !== undefined) number = number.lt(below);
  if (atMost !== undefined) number = number.max(atMost);
  const band = z.strictObject({ low: number, likely: number, high: number });
  return z.union([
    number,
    band.refine(({ low, likely, high }) => low <= likely && likely <= high, {
      error: "a band that does not rise",
      params: { expected: "low, likely and high in this order" },
    }),
  ]);
}
type Value = z.output<ReturnType<typeof valueSchema>>;

const NAMES = Object.keys(STATED) as StatedName[];

const shape: Record<string, z.ZodOptional<ReturnType<typeof valueSchema>>> = Object.fromEntries(
  NAMES.map((name) => [
    snakeCase(name),
    valueSchema(STATED[name]).optional().meta({ description: STATED[name].description }),
  ]),
);

/** The section of a scenario that says what devices, electricity and the work on a design cost. */
export const worthSchema = z
  .strictObject({
    ...shape,
    prices: z
      .record(z.string(), valueSchema(positive))
      .default({})
      .meta({ description: "Dollars for which one device is sold, by its name" }),
  })
  .meta({
    description:
      "What a search reckons the worth of its designs with: numbers, or bands { low, likely, high }; what is left out has the default of ador",
  });
export type WorthInput = z.output<typeof worthSchema>;

/** JSON Schema of the section, by which editors complete and check it. */
export function worthJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(worthSchema, { io: "input" });
}

/** @throws InputError for the price of a device that nobody knows */
export function worthAssumptionsOf(input: WorthInput | undefined): WorthAssumptions {
  const { prices = {}, ...stated } = input ?? {};
  const values: Readonly<Record<string, Value | undefined>> = stated;
  return {
    bands: Object.fromEntries(
      NAMES.flatMap((name): [string, Band][] => {
        const value = values[snakeCase(name)];
        return value === undefined ? [] : [[name, bandOf(value)]];
      }),
    ),
    prices: Object.fromEntries(
      Object.entries(prices).map(([name, value]) => [findDevice(name).name, bandOf(value)]),
    ),
  };
}

function bandOf(value: Value): Band {
  return typeof value === "number"
    ? { low: value, default: value, high: value }
    : { low: value.low, default: value.likely, high: value.high };
}
