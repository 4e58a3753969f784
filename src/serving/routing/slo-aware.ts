import type { Router, RoutingFacts } from "../router.ts";

/**
 * Predicts the TTFT of the request on each replica, as the time of all prompt tokens before it and its own beside what
 * the replica decodes, and takes, of those that meet the target of its class, the one with the fewest open requests for
 * its slots: faster replicas stay free for who needs them. Where none meets it, the one with the least predicted TTFT.
 */
export function sloAware({ log, view, slots, pace, ttftTargetSeconds }: RoutingFacts): Router {
  return {
    route(request, among) {
      const target = ttftTargetSeconds[log.classIndex[request]!]!;
      const prompt = log.inputTokens[request]!;
      let best = among[0]!;
      let bestSeconds = Infinity;
      let bestLoad = Infinity;
      for (const replica of among) {
        const load = view.openRequests[replica]! / slots[replica]!;
        if (bestSeconds <= target && load >= bestLoad) continue;
        const tokens = view.unansweredTokens[replica]! + prompt;
        // Half of the prompt is before the other one.
        const seconds = tokens * pace.secondsPerToken(replica, prompt >> 1);
        const better = seconds <= target ? bestSeconds > target || load < bestLoad : seconds < bestSeconds;
        if (better) [best, bestSeconds, bestLoad] = [replica, seconds, load];
      }
      return best;
    },
  };
}
