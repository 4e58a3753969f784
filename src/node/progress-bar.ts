import { SingleBar } from "cli-progress";

/** Runs shorter than this show no bar. */
const QUIET_MILLISECONDS = 400;
const REDRAW_MILLISECONDS = 100;

/** Draws how far a run is on standard error until the returned function is called. */
export function showProgress(label: string, total: number, finished: () => number): () => void {
  const bar = new SingleBar({
    format: `${label} {bar} {percentage} %  {value}/{total} requests, {eta_formatted} left`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 24,
  });
  const startedAt = performance.now();
  let drawn = false;
  const timer = setInterval(() => {
    if (!drawn && performance.now() - startedAt > QUIET_MILLISECONDS) {
      bar.start(total, 0);
      drawn = true;
    }
    if (drawn) bar.update(finished());
  }, REDRAW_MILLISECONDS);
  return () => {
    clearInterval(timer);
    if (drawn) bar.stop();
  };
}
