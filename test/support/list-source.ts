import type { RequestSource } from "../../src/workload/request.ts";

export interface ListedRequest {
  readonly arrivalSeconds: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A source that yields the given requests, which must be in order of arrival. */
export function listSource(requests: readonly ListedRequest[]): RequestSource {
  let next = 0;
  return {
    classes: ["default"],
    knownCount: requests.length,
    get nextArrivalSeconds() {
      return requests[next]?.arrivalSeconds ?? Infinity;
    },
    take(draft) {
      const request = requests[next]!;
      draft.arrivalSeconds = request.arrivalSeconds;
      draft.inputTokens = request.inputTokens;
      draft.outputTokens = request.outputTokens;
      draft.classIndex = 0;
      draft.sessionId = -1;
      draft.sourceRow = next++;
    },
  };
}
