import { RunError } from "../core/errors.ts";

/** Looks without progress before a run is given up; with one look every 8,192 events, some eight million events. */
const MOST_IDLE_LOOKS = 1000;

/** Ends a run that goes on and on and gets nowhere. */
export class ProgressGuard {
  #seen = -1;
  #idleLooks = 0;

  /**
   * @param progress a number that grows with all that brings a run nearer to its end
   * @param state where the run stands, for the error
   * @throws RunError when it has not grown for too long
   */
  look(progress: number, state: () => string): void {
    if (progress !== this.#seen) {
      this.#seen = progress;
      this.#idleLooks = 0;
    } else if (++this.#idleLooks >= MOST_IDLE_LOOKS) {
      throw new RunError(`the run does not come to an end: ${state()}`);
    }
  }
}
