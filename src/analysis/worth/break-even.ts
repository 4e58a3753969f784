import { economicsOf } from "./economics.ts";
import type { ServingDevice } from "./serving-device.ts";
import type { WorthFigures } from "./worth-bands.ts";

/** Having a design made against buying a device that is sold, for the same requests within the SLO. */
export interface BreakEven {
  /** Bought devices that one of the design stands for. */
  readonly replacedDevices: number;
  /** What one device of the design saves a year against them, the cost of its design aside; negative for a loss. */
  readonly savedDollarsPerYear: number;
  /** Devices of the design above which it costs less; null where no number is enough. */
  readonly volumeDevices: number | null;
  /** Output tokens that so many devices sell in a year. */
  readonly tokensPerYear: number | null;
  /**
   * Years in service until the savings of the planned number of devices have paid for the design with interest; null
   * where they never do.
   */
  readonly paybackYears: number | null;
}

/** Null where the bought device serves nothing within the SLO, or the design nothing. */
export function breakEvenOf(
  made: ServingDevice,
  bought: ServingDevice,
  figures: WorthFigures,
): BreakEven | null {
  if (made.requestsPerSecond === 0 || bought.requestsPerSecond === 0) return null;
  const [own, other] = [economicsOf(made, figures), economicsOf(bought, figures)];
  const replacedDevices = made.requestsPerSecond / bought.requestsPerSecond;
  const savedDollarsPerYear = replacedDevices * other.yearly.dollarsPerYear - own.yearly.dollarsPerYear;
  const volumeDevices = savedDollarsPerYear > 0 ? own.nreDollarsPerYear / savedDollarsPerYear : null;
  return {
    ...{ replacedDevices, savedDollarsPerYear, volumeDevices },
    tokensPerYear: volumeDevices === null ? null : volumeDevices * own.tokensPerYear,
    paybackYears: payOffYears(
      own.nreDollars,
      savedDollarsPerYear * figures.volumeDevices,
      figures.interestRate,
    ),
  };
}

/** Years of equal monthly payments that settle a loan with interest; null where they do not even pay the interest. */
function payOffYears(loanDollars: number, dollarsPerYear: number, interestRate: number): number | null {
  if (interestRate === 0) return dollarsPerYear > 0 ? loanDollars / dollarsPerYear : null;
  const monthlyRate = interestRate / 12;
  const interestShare = (loanDollars * interestRate) / dollarsPerYear;
  if (!(dollarsPerYear > 0) || interestShare >= 1) return null;
  return -Math.log1p(-interestShare) / Math.log1p(monthlyRate) / 12;
}
