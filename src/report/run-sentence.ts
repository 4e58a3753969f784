import { REJECT_REASONS } from "../serving/result.ts";
import { formatCount, formatNumber, formatSeconds, formatShare } from "./format.ts";
import { deviceTotals, fleetText, type RunReport } from "./run-report.ts";

/** One line that answers what the run was asked: does this system serve this traffic, and how well. */
export function runSentence(report: RunReport): string {
  const { system, outcome } = report;
  const { counts, slo, ttft, tbt } = outcome.metrics;
  const devices = deviceTotals(report);
  const fleet =
    new Set(devices.groups.map(({ device }) => device.name)).size > 1
      ? fleetText(devices)
      : `${devices.count} ${system.device.name}${devices.count === 1 ? "" : " devices"}`;
  const plural = counts.submitted === 1 ? "request" : "requests";
  const served =
    counts.completed === counts.submitted
      ? `${counts.submitted === 1 ? "the only" : `all ${formatCount(counts.submitted)}`} ${plural}`
      : `${formatCount(counts.completed)} of ${formatCount(counts.submitted)} ${plural}`;
  const missed = slo.runTargets.filter((target) => !target.met);
  const level =
    slo.attainment === null
      ? ""
      : `, ${formatShare(slo.attainment)} within SLO (goodput ${formatNumber(slo.goodputPerSecond)} requests/s)`;
  const runLevel =
    missed.length === 0
      ? ""
      : `; missed: ${missed.map((target) => `${target.metric.toUpperCase()} ${target.statistic} ${formatSeconds(target.actualSeconds)} against ${formatSeconds(target.seconds)}`).join(", ")}`;
  const start = outcome.interrupted ? "Interrupted: " : "";
  return `${start}${fleet} served ${served} of ${system.model.name}${level}: TTFT p99 ${formatSeconds(ttft.p99)}, TBT p99 ${formatSeconds(tbt.p99)}${runLevel}.`;
}

const REASON_TEXTS: Readonly<Record<Exclude<(typeof REJECT_REASONS)[number], "">, string>> = {
  "longer-than-max-model-len": "longer than max_model_len",
  "queue-full": "the queue was full",
  "rate-limited": "above the rate limit",
  "never-fits-kv": "larger than the whole KV cache",
};

/** How many requests were refused and why, such as `2,296 rejected: longer than max_model_len`; undefined for none. */
export function rejectionText({ outcome }: RunReport): string | undefined {
  const { rejectReason, length } = outcome.records;
  const counts = new Array<number>(REJECT_REASONS.length).fill(0);
  for (let i = 0; i < length; i++) counts[rejectReason[i]!]!++;
  const texts = REJECT_REASONS.flatMap((reason, i) =>
    reason === "" || counts[i] === 0 ? [] : [`${formatCount(counts[i]!)} rejected: ${REASON_TEXTS[reason]}`],
  );
  return texts.length === 0 ? undefined : texts.join("; ");
}
