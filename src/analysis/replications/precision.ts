import { InputError } from "../../core/errors.ts";
import { RUN_METRICS } from "../../serving/config.ts";
import { relativeHalfWidth } from "../statistics/confidence-interval.ts";
import { isInterval, type Estimate } from "../statistics/output-series.ts";
import { QUANTILES } from "../statistics/run-statistics.ts";
import type { EstimatedTarget } from "./replication-estimates.ts";

/** Half the width of an interval, as a share of its estimate, below which replications may stop. */
export interface PrecisionTarget extends EstimatedTarget {
  /** As written, e.g. `ttft_p99`. */
  readonly name: string;
  /** 0..1 */
  readonly share: number;
}

const STATISTICS = ["mean", ...Object.keys(QUANTILES)] as ("mean" | keyof typeof QUANTILES)[];
const TARGETS = new Map<string, EstimatedTarget>(
  RUN_METRICS.flatMap((metric) =>
    STATISTICS.map((statistic) => [`${metric}_${statistic}`, { metric, statistic }] as const),
  ),
);

/**
 * Reads `ttft_p99=5%`.
 * @throws InputError for anything else
 */
export function parsePrecision(text: string): PrecisionTarget {
  const [name = "", written = ""] = text.split("=", 2).map((part) => part.trim());
  const target = TARGETS.get(name);
  if (target === undefined) {
    throw new InputError({
      file: "--precision",
      message: "unknown quantity",
      found: name,
      accepted: [...TARGETS.keys()],
    });
  }
  const percent = /^(\d+(?:\.\d+)?|\.\d+)\s*%$/.exec(written);
  const share = percent === null ? NaN : Number(percent[1]) / 100;
  if (!(share > 0 && share < 1)) {
    throw new InputError({
      file: "--precision",
      key: name,
      message: "invalid precision",
      found: written,
      expected: "a percentage between 0 and 100, such as ttft_p99=5%",
    });
  }
  return { ...target, name, share };
}

/** Replications before the first look: fewer do not tell how much they scatter. */
const FIRST_LOOK = 10;

/**
 * How many replications to have next: as many as the scatter so far asks for, at most twice as many as there are, so that
 * a lucky look does not decide alone. Depends on results only, never on how many ran at a time.
 * @param done replications so far
 * @param estimates one for each target, after so many replications
 * @returns `done` itself when every target is met or `most` is reached
 */
export function nextReplications(
  done: number,
  targets: readonly PrecisionTarget[],
  estimates: readonly (Estimate | undefined)[],
  most: number,
): number {
  if (done < FIRST_LOOK) return Math.min(FIRST_LOOK, most);
  const wanted = targets.map((target, i) => replicationsFor(done, target, estimates[i]));
  const needed = Math.max(...wanted);
  if (needed <= done) return done;
  return Math.min(most, 2 * done, Math.max(done + 2, Math.ceil(needed)));
}

/** Replications that a target takes by what is known after `done`: intervals narrow with the root of their number. */
export function replicationsFor(
  done: number,
  { share }: PrecisionTarget,
  estimate: Estimate | undefined,
): number {
  if (estimate === undefined) return done;
  if (!isInterval(estimate)) return Math.ceil((done * estimate.needed) / estimate.values);
  const width = relativeHalfWidth(estimate);
  return width <= share ? done : Math.ceil(done * Math.max(1, (width / share) ** 2));
}
