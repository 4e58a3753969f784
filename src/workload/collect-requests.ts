import { InputError } from "../core/errors.ts";
import { requireClassNames } from "./checks.ts";
import { RequestDraft, type RequestSource, type RequestTable } from "./request.ts";
import { RequestTableBuilder } from "./request-table.ts";

/**
 * Draws a source dry into a table, e.g. to write a generated trace to a file. The table's clock starts at the first
 * request. The source must be open-loop and end by itself.
 * @throws InputError for clients that wait for answers, for class names that repeat or exceed 65,536
 */
export function collectRequests(source: RequestSource): RequestTable {
  if (source.requestEnded !== undefined) {
    throw new InputError({
      message: "clients that wait for answers have no trace before they are served",
      expected: "a workload whose arrivals do not depend on the system",
    });
  }
  requireClassNames(source.classes);
  const rows = new RequestTableBuilder({ ticksPerSecond: 1 });
  for (const name of source.classes) rows.classIndexOf(name);
  const draft = new RequestDraft();
  while (source.nextArrivalSeconds < Infinity) {
    source.take(draft);
    rows.add(
      draft.arrivalSeconds,
      draft.inputTokens,
      draft.outputTokens,
      draft.sourceRow,
      draft.classIndex,
      draft.sessionId,
    );
  }
  return rows.build();
}
