import type { RequestSource } from "../../src/workload/request.ts";

export interface ListedRequest {
  readonly arrivalSeconds: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Index into the classes of the source; 0 when absent. */
  readonly classIndex?: number;
}

/** A source that yields the given requests, which must be in order of arrival. */
export function listSource(
  requests: readonly ListedRequest[],
  classes: readonly string[] = ["default"],
): RequestSource {
  let next = 0;
  return {
    classes,
    knownCount: requests.length,
    get nextArrivalSeconds() {
      return requests[next]?.arrivalSeconds ?? Infinity;
    },
    take(draft) {
      const request = requests[next]!;
      draft.arrivalSeconds = request.arrivalSeconds;
      draft.inputTokens = request.inputTokens;
      draft.outputTokens = request.outputTokens;
      draft.classIndex = request.classIndex ?? 0;
      draft.sessionId = -1;
      draft.sourceRow = next++;
    },
  };
}
