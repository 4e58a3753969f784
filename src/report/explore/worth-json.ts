import type { BreakEven } from "../../analysis/worth/break-even.ts";
import type { Sensitivity } from "../../hardware/band.ts";
import { inSnakeCase, snakeCase } from "../../scenario/setting-map.ts";
import type { DeviceWorth, Worth } from "../../search/worth/worth.ts";

/** `worth` of `pareto.json`: dollars, years, tokens of output; bands have every input in favour, as assumed, against. */
export function worthJsonOf(worth: Worth): Record<string, unknown> {
  const { figures, recommended, compared, breakEvens, tokenInputs, saving, robustness, finalists } = worth;
  return {
    recommended: deviceJson(recommended),
    compared_with: compared.map((one) => ({ device: one.name, ...deviceJson(one) })),
    break_even: breakEvens.map(({ name, ...found }) => ({ against: name, ...breakEvenJson(found) })),
    depends_on: tokenInputs.map(inputJson),
    saving:
      saving === undefined
        ? null
        : {
            against: saving.name,
            dollars_per_million_output_tokens: saving.dollarsPerMillionTokens,
            depends_on: saving.inputs.map(inputJson),
          },
    robustness: {
      finalists,
      cases: robustness.map(({ results, ...one }) => ({ ...one, results })),
    },
    assumptions: inSnakeCase(figures),
  };
}

function deviceJson({ economics, dollarsPerMillionTokens }: DeviceWorth): Record<string, unknown> {
  const { yearly } = economics;
  return {
    dollars_per_million_output_tokens: dollarsPerMillionTokens,
    dollars_per_million_requests: economics.dollarsPerMillionRequests,
    purchase_dollars: economics.purchaseDollars,
    nre_dollars: economics.nreDollars,
    nre_dollars_per_year: economics.nreDollarsPerYear,
    dollars_per_device_year: {
      capital: yearly.capitalDollarsPerYear,
      interest: yearly.interestDollarsPerYear,
      energy: yearly.energyDollarsPerYear,
      facility: yearly.facilityDollarsPerYear,
    },
    output_tokens_per_device_year: economics.tokensPerYear,
    requests_per_device_year: economics.requestsPerYear,
  };
}

function breakEvenJson(found: BreakEven): Record<string, unknown> {
  return {
    replaced_devices: found.replacedDevices,
    saved_dollars_per_device_year: found.savedDollarsPerYear,
    volume_devices: found.volumeDevices,
    output_tokens_per_year: found.tokensPerYear,
    payback_years: found.paybackYears,
  };
}

function inputJson({ constant, atLow, atHigh }: Sensitivity<string>): Record<string, unknown> {
  return { input: snakeCase(constant), at_low: atLow, at_high: atHigh };
}
