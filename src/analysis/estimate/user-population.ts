/** Users who each send a request, wait for all of the answer, think, and go on. */
export interface UserPopulation {
  readonly users: number;
  readonly thinkSeconds: number;
}

const HALVINGS = 24;

/** Users whom a rate keeps busy: N = X · (think time + response time), the interactive response time law. */
export function usersAt(ratePerSecond: number, thinkSeconds: number, responseSeconds: number): number {
  return ratePerSecond * (thinkSeconds + responseSeconds);
}

/**
 * The rate at which so many users send: the fixed point of that law. The saturation rate where they would send more than
 * can be served.
 * @param responseSeconds mean time from sending a request to the end of its answer, by rate
 */
export function rateOfUsers(
  { users, thinkSeconds }: UserPopulation,
  saturationRate: number,
  responseSeconds: (ratePerSecond: number) => number,
): number {
  let low = 0;
  let high = saturationRate;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (usersAt(middle, thinkSeconds, responseSeconds(middle)) < users) low = middle;
    else high = middle;
  }
  return high;
}
