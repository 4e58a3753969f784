import { CAUSES, type Cause } from "../serving/attribution/causes.ts";
import { CAUSE_NAMES } from "./cause-names.ts";
import { formatCount, formatSeconds, formatShare } from "./format.ts";

/** A first token or a gap of one request, split into causes; seconds. */
export interface ExplainedTime {
  readonly quantity: "ttft" | "gap";
  readonly atSeconds: number;
  readonly totalSeconds: number;
  readonly causes: Readonly<Record<Cause, number>>;
}

/** One request of a result, as its files tell it; seconds on the trace's clock, NaN for what never happened. */
export interface StoredRequest {
  readonly id: string;
  readonly className: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly replica: string;
  readonly decodeReplica: string;
  readonly arrivalSeconds: number;
  readonly firstScheduledSeconds: number;
  readonly ttftSeconds: number;
  readonly e2eSeconds: number;
  readonly preemptions: number;
  readonly sloMet: boolean;
  readonly status: string;
  readonly rejectReason: string;
  /** In order of time. */
  readonly explained: readonly ExplainedTime[];
}

/** Causes below this share of a time are not worth a line. */
const LEAST_SHARE = 0.01;
/** Gaps that are told one by one; of more the longest. */
const MOST_GAPS = 12;

/** What happened to a request, in order of time, and why it took so long. */
export function requestStory(request: StoredRequest): string {
  const { arrivalSeconds, explained } = request;
  const since = (seconds: number) => `+${formatSeconds(seconds - arrivalSeconds)}`.padStart(12);
  const gaps = explained.filter(({ quantity }) => quantity === "gap");
  const told = new Set(gaps.toSorted((a, b) => b.totalSeconds - a.totalSeconds).slice(0, MOST_GAPS));
  const events: { at: number; text: string }[] = [
    { at: arrivalSeconds, text: `arrives, ${formatSeconds(arrivalSeconds)} into the trace` },
  ];
  if (!Number.isNaN(request.firstScheduledSeconds)) {
    events.push({ at: request.firstScheduledSeconds, text: "leaves the queue: its prompt begins" });
  }
  for (const time of explained) {
    if (time.quantity === "gap" && !told.has(time)) continue;
    const what =
      time.quantity === "ttft"
        ? `first token, ${formatSeconds(time.totalSeconds)} after arrival`
        : `a token, ${formatSeconds(time.totalSeconds)} after the one before, which is above the SLO`;
    events.push({ at: time.atSeconds, text: [what, ...causeLines(time)].join("\n") });
  }
  if (!Number.isNaN(request.e2eSeconds)) {
    events.push({ at: arrivalSeconds + request.e2eSeconds, text: "last token" });
  }
  const lines = events.toSorted((a, b) => a.at - b.at).map(({ at, text }) => `${since(at)}  ${text}`);
  const left = gaps.length - told.size;
  return [...headOf(request), "", ...lines, ...(left > 0 ? ["", leftOut(left)] : []), ""].join("\n");
}

function headOf(request: StoredRequest): string[] {
  const { id, className, inputTokens, outputTokens, replica, decodeReplica, preemptions } = request;
  const where = replica === "" ? "" : `, replica ${replica}`;
  const after = decodeReplica === "" ? "" : `, then ${decodeReplica}`;
  const reason = request.rejectReason === "" ? "" : ` (${request.rejectReason})`;
  const slo = request.sloMet ? "within the SLO" : "not within the SLO";
  const evicted = preemptions === 0 ? "" : `; preempted ${formatCount(preemptions)} times`;
  return [
    `Request ${id} (${className}): ${formatCount(inputTokens)} prompt tokens, ${formatCount(outputTokens)} to generate${where}${after}`,
    `${request.status}${reason}, ${slo}${evicted}`,
  ];
}

function causeLines({ causes, totalSeconds }: ExplainedTime): string[] {
  return CAUSES.filter((cause) => Math.abs(causes[cause]) > LEAST_SHARE * totalSeconds)
    .toSorted((a, b) => causes[b] - causes[a])
    .map((cause) => {
      const share = formatShare(causes[cause] / totalSeconds);
      return `${" ".repeat(16)}${CAUSE_NAMES[cause].padEnd(24)}${formatSeconds(causes[cause]).padStart(10)}${share.padStart(9)}`;
    });
}

function leftOut(gaps: number): string {
  return `${formatCount(gaps)} more gaps above the SLO, shorter than those told, stand in attribution.csv`;
}
