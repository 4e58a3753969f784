import { refusal } from "../checks.ts";

const LANCZOS_G = 7;
const LANCZOS_COEFFICIENTS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Natural logarithm of Γ(x) for x ≥ 1, by Lanczos' approximation (g = 7, 9 terms; relative error below 1e-13). */
function logGamma(x: number): number {
  const z = x - 1;
  let series = LANCZOS_COEFFICIENTS[0]!;
  for (let i = 1; i < LANCZOS_COEFFICIENTS.length; i++) series += LANCZOS_COEFFICIENTS[i]! / (z + i);
  const t = z + LANCZOS_G + 0.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(series);
}

/** Γ(x) for x ≥ 1. A Weibull variable of scale s and shape k has the mean s · Γ(1 + 1/k). */
export function gammaFunction(x: number): number {
  return Math.exp(logGamma(x));
}

const SMALLEST_SHAPE = 0.05;
const LARGEST_SHAPE = 1000;

/**
 * The shape k at which a Weibull distribution has this coefficient of variation: CV² + 1 = Γ(1 + 2/k) / Γ(1 + 1/k)²,
 * solved by bisection, as the CV falls with k.
 * @throws InputError for a CV that no shape between 0.05 and 1000 has
 */
export function weibullShapeOfCv(cv: number): number {
  const target = Math.log1p(cv * cv);
  const logSecondMoment = (shape: number) => logGamma(1 + 2 / shape) - 2 * logGamma(1 + 1 / shape);
  if (target > logSecondMoment(SMALLEST_SHAPE) || target < logSecondMoment(LARGEST_SHAPE)) {
    throw refusal("arrivals.cv", cv, "a coefficient of variation from 0.002 to 300000");
  }
  let low = SMALLEST_SHAPE;
  let high = LARGEST_SHAPE;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (logSecondMoment(middle) > target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
