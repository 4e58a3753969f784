import jStat from "jstat";

/** How sure every interval is unless told otherwise. */
export const CONFIDENCE = 0.95;

/**
 * Quantile of Student's t distribution, right to 2e-9.
 * @param probability within (0, 1)
 * @param degreesOfFreedom at least 1
 * @throws {RangeError} outside those bounds: the library would answer NaN
 */
export function studentTQuantile(probability: number, degreesOfFreedom: number): number {
  if (!(probability > 0 && probability < 1)) {
    throw new RangeError(`invalid probability ${probability}: expected one between 0 and 1`);
  }
  if (!(degreesOfFreedom >= 1)) {
    throw new RangeError(`invalid degrees of freedom ${degreesOfFreedom}: expected at least 1`);
  }
  return jStat.studentt.inv(probability, degreesOfFreedom);
}
