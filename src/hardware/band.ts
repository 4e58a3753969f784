/** A constant that sources disagree about, or a figure that follows from such constants. */
export interface Band {
  readonly low: number;
  readonly default: number;
  readonly high: number;
}

/** Uncertain constants by name, and one choice of a value for each. */
export type Bands<Name extends string> = Readonly<Record<Name, Band>>;
export type Figures<Name extends string> = Readonly<Record<Name, number>>;

/** How far one constant alone moves a figure. */
export interface Sensitivity<Name extends string> {
  readonly constant: Name;
  /** The figure with the constant at its low and at its high end, all others at their default. */
  readonly atLow: number;
  readonly atHigh: number;
}

/** Every constant at its default. */
export function defaultsOf<Name extends string>(bands: Bands<Name>): Figures<Name> {
  return mapBands(bands, (_, band) => band.default);
}

/**
 * What each constant does to a figure while the others stay at their default, the strongest first; constants that do
 * nothing are left out.
 */
export function sensitivities<Name extends string>(
  bands: Bands<Name>,
  evaluate: (figures: Figures<Name>) => number,
): Sensitivity<Name>[] {
  const defaults = defaultsOf(bands);
  const swing = ({ atLow, atHigh }: Sensitivity<Name>) => Math.abs(atHigh - atLow);
  return namesOf(bands)
    .map((constant) => ({
      constant,
      atLow: evaluate({ ...defaults, [constant]: bands[constant].low }),
      atHigh: evaluate({ ...defaults, [constant]: bands[constant].high }),
    }))
    .filter((sensitivity) => swing(sensitivity) > 0)
    .sort((a, b) => swing(b) - swing(a));
}

/**
 * The figure with every constant at its default, at whichever end lowers the figure, and at whichever raises it: the
 * envelope of figures that move in one direction with each constant.
 */
export function bandOf<Name extends string>(
  bands: Bands<Name>,
  evaluate: (figures: Figures<Name>) => number,
): Band {
  const falling = new Set(
    sensitivities(bands, evaluate)
      .filter(({ atLow, atHigh }) => atHigh < atLow)
      .map(({ constant }) => constant),
  );
  const lowering = mapBands(bands, (name, band) => (falling.has(name) ? band.high : band.low));
  const raising = mapBands(bands, (name, band) => (falling.has(name) ? band.low : band.high));
  return { low: evaluate(lowering), default: evaluate(defaultsOf(bands)), high: evaluate(raising) };
}

function namesOf<Name extends string>(bands: Bands<Name>): Name[] {
  return Object.keys(bands) as Name[];
}

function mapBands<Name extends string>(
  bands: Bands<Name>,
  choose: (name: Name, band: Band) => number,
): Figures<Name> {
  return Object.fromEntries(namesOf(bands).map((name) => [name, choose(name, bands[name])])) as Figures<Name>;
}
