import type { Cluster } from "../cluster.ts";
import type { RunMetrics } from "../result.ts";

/** What drafting has yielded over all replicas; nothing where no replica drafts. */
export function speculationOf({ replicas }: Cluster): Pick<RunMetrics, "speculation"> {
  let verifications = 0;
  let acceptedTokens = 0;
  let emittedTokens = 0;
  let draftedTokens = 0;
  let drafts = false;
  for (const { speculative } of replicas) {
    if (speculative === undefined) continue;
    drafts = true;
    verifications += speculative.verifications;
    acceptedTokens += speculative.acceptedTokens;
    emittedTokens += speculative.emittedTokens;
    draftedTokens += speculative.verifications * (speculative.tokensPerStep - 1);
  }
  if (!drafts) return {};
  const per = (amount: number, count: number) => (count === 0 ? null : amount / count);
  return {
    speculation: {
      ...{ verifications, acceptedTokens, acceptance: per(acceptedTokens, draftedTokens) },
      meanTokens: per(verifications + acceptedTokens, verifications),
      meanEmittedTokens: per(emittedTokens, verifications),
    },
  };
}
