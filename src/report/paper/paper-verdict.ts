import { areaEfficiencyBand, gainsOf } from "../../search/paper/gains.ts";
import type { PaperCase } from "../../search/paper/paper-case.ts";
import { PUBLISHED } from "../../search/paper/published.ts";
import { caseText, timesText } from "./paper-text.ts";

/** What comes of a case, beside the paper, in one sentence. */
export function verdictOf(figures: PaperCase): string {
  const { found, baseline, baselineOf2023, ownLevel, batch } = figures;
  const today = gainsOf(found, baseline, ownLevel);
  const of2023 = gainsOf(found, baselineOf2023, ownLevel);
  return (
    `${caseText(figures)}: at batch ${batch} tokens come ${timesText(today.tbt)} as fast as from the ${baseline.name} under ` +
    `today's engine and ${timesText(of2023.tbt)} as fast as under one of 2023; the paper's ${PUBLISHED.tbtRatio}x is ` +
    `${place(PUBLISHED.tbtRatio, today.tbt, of2023.tbt)}, and ${timesText(mostOf(figures))} of today's is the most that ` +
    `its bandwidth allows. Tokens per area: ${timesText(today.areaEfficiency)} and ` +
    `${timesText(of2023.areaEfficiency)}; the paper's ${PUBLISHED.areaEfficiencyRatio}x is ` +
    `${place(PUBLISHED.areaEfficiencyRatio, today.areaEfficiency, of2023.areaEfficiency)}.`
  );
}

/** How many times as fast as the baseline under today's engine the found design would be without any loss. */
export function mostOf({ baseline, rooflineSeconds }: PaperCase): number | null {
  return baseline.tbtSeconds === null ? null : baseline.tbtSeconds / rooflineSeconds;
}

/** How much hangs on the area, which nobody has measured. */
export function areaText({ found, baseline }: PaperCase): string {
  const { low, high, llmcompass } = areaEfficiencyBand(found, baseline);
  return (
    `Areas are modelled: tokens per area over today's ${baseline.name} are ${timesText(llmcompass)} with the constants of ` +
    `LLMCompass, and ${timesText(low)} to ${timesText(high)} if every uncertain constant errs the same way.`
  );
}

function place(published: number, today: number | null, of2023: number | null): string {
  if (today === null || of2023 === null) return "beside them";
  const [low, high] = today < of2023 ? [today, of2023] : [of2023, today];
  if (published < low) return "below both";
  return published > high ? "above both" : "between the two";
}
