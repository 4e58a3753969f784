import { InputError } from "../../core/errors.ts";
import type { Findings } from "../findings.ts";
import type { Point, WrittenSetting } from "../space/space.ts";

/** A design that somebody asks about. */
export interface NamedDesign {
  /** Its id, or the name of a known device. */
  readonly name: string;
  readonly settings: readonly WrittenSetting[];
  /** Its place in the space; undefined for a known device, on which the limits of the search put no bounds. */
  readonly point: Point | undefined;
}

const RECOMMENDED = "recommended";
const MOST_SUGGESTED = 4;

/**
 * The design that is meant: `recommended`, a known device of the comparison, or the beginning of one id.
 * @throws InputError for a name that means none, or several
 */
export function designNamed(name: string, { outcome, comparisons }: Findings): NamedDesign {
  const known = comparisons.find((comparison) => comparison.name === name);
  if (known !== undefined) return { name, settings: known.settings, point: undefined };
  const { candidates, recommended } = outcome;
  const meant =
    name === RECOMMENDED ? [recommended] : candidates.filter(({ id }) => name !== "" && id.startsWith(name));
  const [only] = meant;
  if (only === undefined || meant.length > 1) {
    const devices = comparisons.map((comparison) => comparison.name);
    throw new InputError({
      file: "--why",
      message: only === undefined ? "unknown design" : `the beginning of ${meant.length} designs:`,
      found: name,
      accepted: [RECOMMENDED, ...devices, ...candidates.map(({ id }) => id)],
      expected:
        only === undefined
          ? `${[RECOMMENDED, ...devices].join(", ")}, or the beginning of one candidate_id of candidates.csv`
          : `more of it, such as ${meant
              .slice(0, MOST_SUGGESTED)
              .map(({ id }) => id)
              .join(", ")}`,
    });
  }
  return { name: only.id, settings: only.settings, point: only.point };
}
