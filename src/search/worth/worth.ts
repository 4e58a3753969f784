import { breakEvenOf, type BreakEven } from "../../analysis/worth/break-even.ts";
import { economicsOf, type Economics } from "../../analysis/worth/economics.ts";
import { isSold, leadingDevice, type ServingDevice } from "../../analysis/worth/serving-device.ts";
import {
  worthBandsOf,
  type WorthAssumptions,
  type WorthFigures,
  type WorthName,
} from "../../analysis/worth/worth-bands.ts";
import { bandOf, defaultsOf, sensitivities, type Band, type Sensitivity } from "../../hardware/band.ts";
import type { Evaluation, Evaluator } from "../evaluation/evaluator.ts";
import type { Exploration } from "../load-exploration.ts";
import { resultsOf, type SearchOutcome } from "../search.ts";
import type { WrittenSetting } from "../space/space.ts";
import { robustnessOf, type RobustnessCase } from "./robustness.ts";
import { servedBy, type Served } from "./served.ts";

/** What a search found, in money, and how sure that is. */
export interface Worth {
  /** What is reckoned with for the recommended design. */
  readonly figures: WorthFigures;
  readonly recommended: DeviceWorth;
  /** Known devices that serve something within the SLO, in the order of the comparison. */
  readonly compared: readonly DeviceWorth[];
  /** Against each device that is sold; empty for a recommended device that is sold itself. */
  readonly breakEvens: readonly DeviceBreakEven[];
  /** What the dollars per million tokens of the recommended design depend on, each input alone, the strongest first. */
  readonly tokenInputs: readonly Sensitivity<WorthName>[];
  /** The same of what it saves against the cheapest device that is sold; undefined where there is none. */
  readonly saving: Saving | undefined;
  readonly robustness: readonly RobustnessCase[];
  /** Designs that were replayed whole and serve the workload within the SLO: those that robustness ranks. */
  readonly finalists: number;
}

export interface DeviceWorth {
  readonly name: string;
  readonly economics: Economics;
  /** All inputs in favour, as assumed, all against. */
  readonly dollarsPerMillionTokens: Band;
}

export interface DeviceBreakEven extends BreakEven {
  readonly name: string;
}

/** Dollars per million tokens less than with a device that is sold. */
export interface Saving {
  readonly name: string;
  readonly dollarsPerMillionTokens: number;
  readonly inputs: readonly Sensitivity<WorthName>[];
}

/** A known device as the search has found it. */
interface Compared {
  readonly name: string;
  readonly settings: readonly WrittenSetting[];
  readonly evaluation: Evaluation;
}

/** @param demandPerSecond requests that a design has to serve within the SLO */
export function worthOf(
  { worth: assumptions, constraints, objectives }: Exploration,
  { candidates, recommended }: SearchOutcome,
  comparisons: readonly Compared[],
  demandPerSecond: number,
  evaluator: Pick<Evaluator, "systemOf" | "loadOf">,
): Worth {
  const served = (
    settings: readonly WrittenSetting[],
    evaluation: Evaluation | undefined,
  ): Served | undefined => {
    const results = resultsOf(evaluation);
    if (results === undefined || (results.goodput_at_slo_rps ?? 0) === 0) return undefined;
    return servedBy(settings, results, evaluator, assumptions);
  };
  const finalists = candidates.flatMap(({ id, settings, evaluations }) => {
    const found = served(settings, evaluations.full);
    return found === undefined || found.results.goodput_at_slo_rps! < demandPerSecond
      ? []
      : [{ id, served: found }];
  });
  const own = finalists.find(({ id }) => id === recommended.id)!.served.serving;
  const others = comparisons.flatMap(({ name, settings, evaluation }) => {
    const serving = served(settings, evaluation)?.serving;
    return serving === undefined ? [] : [{ name, serving }];
  });
  const bands = worthBandsOf(leadingDevice(own), assumptions);
  const figures = defaultsOf(bands);
  const compared = others.map(({ name, serving }) => deviceWorth(name, serving, assumptions));
  const forSale = isSold(own) ? [] : others.filter(({ serving }) => isSold(serving));
  return {
    figures,
    recommended: deviceWorth("recommended", own, assumptions),
    compared,
    breakEvens: forSale.flatMap(({ name, serving }) => {
      const found = breakEvenOf(own, serving, defaultsOf(jointBands(own, serving, assumptions)));
      return found === null ? [] : [{ name, ...found }];
    }),
    tokenInputs: sensitivities(bands, (at) => tokenDollars(own, at)),
    saving: savingOf(own, forSale, assumptions),
    robustness: robustnessOf(finalists, recommended.id, { constraints, objectives, assumptions }),
    finalists: finalists.length,
  };
}

function deviceWorth(name: string, serving: ServingDevice, assumptions: WorthAssumptions): DeviceWorth {
  const bands = worthBandsOf(leadingDevice(serving), assumptions);
  return {
    name,
    economics: economicsOf(serving, defaultsOf(bands)),
    dollarsPerMillionTokens: bandOf(bands, (at) => tokenDollars(serving, at)),
  };
}

function savingOf(
  own: ServingDevice,
  forSale: readonly { readonly name: string; readonly serving: ServingDevice }[],
  assumptions: WorthAssumptions,
): Saving | undefined {
  const dollars = forSale.map(({ serving }) =>
    tokenDollars(serving, defaultsOf(worthBandsOf(leadingDevice(serving), assumptions))),
  );
  const cheapest = forSale[dollars.indexOf(Math.min(...dollars))];
  if (cheapest === undefined) return undefined;
  const bands = jointBands(own, cheapest.serving, assumptions);
  const saved = (at: WorthFigures) => tokenDollars(cheapest.serving, at) - tokenDollars(own, at);
  return {
    name: cheapest.name,
    dollarsPerMillionTokens: saved(defaultsOf(bands)),
    inputs: sensitivities(bands, saved),
  };
}

/** Of a design and of a device that is sold: what both share moves for both; the design's process and the device's price. */
function jointBands(own: ServingDevice, sold: ServingDevice, assumptions: WorthAssumptions) {
  const { knownPriceFactor } = worthBandsOf(leadingDevice(sold), assumptions);
  return { ...worthBandsOf(leadingDevice(own), assumptions), knownPriceFactor };
}

function tokenDollars(serving: ServingDevice, figures: WorthFigures): number {
  return economicsOf(serving, figures).dollarsPerMillionTokens ?? Infinity;
}
