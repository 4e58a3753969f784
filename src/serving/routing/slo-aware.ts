import type { Router, RoutingFacts } from "../router.ts";

/**
 * Predicts the TTFT of the request on each replica, as the time of all prompt tokens before it and its own, and takes,
 * of those that meet the target of its class, the one with the fewest open requests for its slots: faster replicas stay
 * free for who needs them. Where none meets it, the one with the least predicted TTFT.
 */
export function sloAware({
  log,
  view,
  slots,
  secondsPerPromptToken,
  ttftTargetSeconds,
}: RoutingFacts): Router {
  return {
    route(request, among) {
      const target = ttftTargetSeconds[log.classIndex[request]!]!;
      const predicted = (replica: number) =>
        (view.unansweredTokens[replica]! + log.inputTokens[request]!) * secondsPerPromptToken[replica]!;
      const load = (replica: number) => view.openRequests[replica]! / slots[replica]!;
      let best = among[0]!;
      let bestSeconds = predicted(best);
      for (const replica of among) {
        const seconds = predicted(replica);
        const better =
          seconds <= target ? bestSeconds > target || load(replica) < load(best) : seconds < bestSeconds;
        if (better) [best, bestSeconds] = [replica, seconds];
      }
      return best;
    },
  };
}
