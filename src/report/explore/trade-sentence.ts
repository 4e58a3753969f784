import { RESULTS, type ResultName, type Results } from "../../search/evaluation/results.ts";
import { resultsOf, type SearchOutcome } from "../../search/search.ts";
import type { Candidate } from "../../search/candidate.ts";
import type { Objectives } from "../../search/objectives.ts";

/** What people weigh beside the objectives. */
const WEIGHED: readonly ResultName[] = ["ttft_p99_s", "tbt_p99_s", "area_mm2", "peak_w", "price_dollars"];
/** Differences below this share are none. */
const TIE = 0.015;
const MOST_NAMED = 2;

/** One sentence on what a design of the front gives for what, against the recommended one. */
export function tradeSentence(
  candidate: Candidate,
  { recommended, front }: SearchOutcome,
  objectives: Objectives,
): string {
  const own = resultsOf(candidate.evaluations.full)!;
  const best = objectives.list
    .filter(({ result }) => isBest(result, own, front))
    .map(({ result, direction }) => `${direction === "maximise" ? "most" : "least"} ${short(result)}`);
  const lead = best.length === 0 ? "" : `The ${best.join(" and ")} of the front`;
  if (candidate.id === recommended.id) {
    return lead === "" ? "The best on average over the objectives." : `${lead}, and the best on average.`;
  }
  const against = resultsOf(recommended.evaluations.full)!;
  const names = [...new Set([...objectives.list.map(({ result }) => result), ...WEIGHED])];
  const changes = names
    .map((name) => ({ name, gain: gainOf(name, own, against) }))
    .filter(({ gain }) => Math.abs(gain) >= TIE)
    .sort((a, b) => Math.abs(b.gain) - Math.abs(a.gain));
  const said = (sign: number) =>
    changes
      .filter(({ gain }) => gain * sign > 0)
      .slice(0, MOST_NAMED)
      .map(({ name }) => changeText(name, own, against))
      .join(" and ");
  const [gains, losses] = [said(1), said(-1)];
  const trade =
    gains === ""
      ? `nothing over the recommended one${losses === "" ? "" : ` for ${losses}`}`
      : `${gains}${losses === "" ? " at no loss" : ` for ${losses}`}`;
  return lead === "" ? `${capital(trade)}.` : `${lead}: ${trade}.`;
}

function isBest(name: ResultName, own: Results, front: readonly Candidate[]): boolean {
  return (
    front.length > 1 && front.every(({ evaluations }) => gainOf(name, own, resultsOf(evaluations.full)!) >= 0)
  );
}

/** Logarithm of how much better one result is than another; 0 where either is unknown. */
function gainOf(name: ResultName, own: Results, other: Results): number {
  const [a, b] = [own[name], other[name]];
  if (a === null || b === null || a <= 0 || b <= 0) return 0;
  return Math.log(RESULTS[name].better === "higher" ? a / b : b / a);
}

function changeText(name: ResultName, own: Results, other: Results): string {
  const ratio = own[name]! / other[name]!;
  const percent = Math.abs(100 * (ratio - 1));
  return `${percent.toFixed(percent >= 9.95 ? 0 : 1)} % ${ratio > 1 ? "more" : "less"} ${short(name)}`;
}

function short(name: ResultName): string {
  const label = RESULTS[name].label.replace(", all devices", "");
  return /^(TTFT|TBT|E2E|SLO)/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
