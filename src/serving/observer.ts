/** Watches a long run from outside the simulated world. */
export interface SimulationObserver {
  /**
   * Called every few thousand events; return false to stop the run (what completed is kept).
   * @param finished requests that ended so far
   */
  onProgress(finished: number, simulatedSeconds: number): boolean;
}
