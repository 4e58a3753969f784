const WAFER_MM = 300;
/** Points of the integral over defect densities; more change no digit that anyone reads. */
const DENSITY_STEPS = 64;

/**
 * Dies on a 300 mm wafer, those cut by its edge not counted: pi (d/2)² / A - pi d / sqrt(2 A)
 * (PrincetonUniversity/ttm-cas supply_chain_model.py). A saw street widens each die.
 */
export function grossDies(dieMm2: number, sawStreetMm: number): number {
  const pitchMm2 = (Math.sqrt(dieMm2) + sawStreetMm) ** 2;
  return (Math.PI * WAFER_MM ** 2) / 4 / pitchMm2 - (Math.PI * WAFER_MM) / Math.sqrt(2 * pitchMm2);
}

/**
 * Share of dies without a defect where defects cluster: (1 + A D / alpha)^-alpha. With alpha = n and D summed over n
 * critical layers it is the Bose-Einstein model, (1 + A D_layer)^-n.
 */
export function negativeBinomialYield(mm2: number, defectsPerCm2: number, alpha: number): number {
  return (1 + ((mm2 / 100) * defectsPerCm2) / alpha) ** -alpha;
}

/** A die of equal cores, some of which may be bad, and the rest, which must be good. */
export interface HarvestedDie {
  readonly dieMm2: number;
  readonly coreMm2: number;
  readonly cores: number;
  /** Cores of these that are not needed. */
  readonly spareCores: number;
}

/**
 * Share of dies of which at most `spareCores` cores are bad and all else is good. Defects are Poisson at a density that
 * varies from die to die with the Gamma distribution of the negative binomial, so that without spares both agree.
 */
export function harvestedYield(die: HarvestedDie, defectsPerCm2: number, alpha: number): number {
  if (die.spareCores === 0) return negativeBinomialYield(die.dieMm2, defectsPerCm2, alpha);
  const coreDefects = (die.coreMm2 / 100) * defectsPerCm2;
  const restDefects = ((die.dieMm2 - die.cores * die.coreMm2) / 100) * defectsPerCm2;
  // In the fourth root of the density the integrand is flat at both ends, where this sum is most exact.
  const highestRoot = (1 + 30 / alpha) ** 0.25;
  let weights = 0;
  let good = 0;
  for (let step = 0; step < DENSITY_STEPS; step++) {
    const root = (highestRoot * (step + 0.5)) / DENSITY_STEPS;
    const density = root ** 4;
    const weight = root ** (4 * alpha - 1) * Math.exp(-alpha * density);
    const badCore = -Math.expm1(-coreDefects * density);
    weights += weight;
    good += weight * Math.exp(-restDefects * density) * atMost(die.spareCores, die.cores, badCore);
  }
  return good / weights;
}

/** Probability of at most `limit` hits in `trials` with a chance below 1 each. */
function atMost(limit: number, trials: number, chance: number): number {
  const odds = chance / (1 - chance);
  let term = (1 - chance) ** trials;
  let sum = term;
  for (let hits = 0; hits < Math.min(limit, trials); hits++) {
    term *= ((trials - hits) / (hits + 1)) * odds;
    sum += term;
  }
  return sum;
}
