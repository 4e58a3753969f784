import { areaEfficiencyBand, gainsOf } from "../../search/paper/gains.ts";
import { ladderFactors, type AblatedFigure } from "../../search/paper/ladder.ts";
import type { PaperCase } from "../../search/paper/paper-case.ts";
import { PUBLISHED } from "../../search/paper/published.ts";
import { caseText, timesText } from "./paper-text.ts";

/** Factors nearer to 1 than this are left out of sentences. */
const LEAST_CHANGE = 0.01;

/** What comes of a case, beside the paper, in one sentence. */
export function verdictOf(figures: PaperCase): string {
  const { found, baseline, baselineOf2023, ownLevel, batch } = figures;
  const today = gainsOf(found, baseline, ownLevel);
  const of2023 = gainsOf(found, baselineOf2023, ownLevel);
  return (
    `${caseText(figures)}: at batch ${batch} tokens come ${timesText(today.tbt)} as fast as from the ${baseline.name} under ` +
    `today's engine and ${timesText(of2023.tbt)} as fast as under one of 2023; the paper's ${PUBLISHED.tbtRatio}x is ` +
    `${place(PUBLISHED.tbtRatio, today.tbt, of2023.tbt)}. Tokens per area: ${timesText(today.areaEfficiency)} and ` +
    `${timesText(of2023.areaEfficiency)}; the paper's ${PUBLISHED.areaEfficiencyRatio}x is ` +
    `${place(PUBLISHED.areaEfficiencyRatio, today.areaEfficiency, of2023.areaEfficiency)}.`
  );
}

/** Where the gains of a case come from, in one sentence each. */
export function causesOf(figures: PaperCase): string[] {
  const { found, baseline } = figures;
  const band = areaEfficiencyBand(found, baseline);
  return [
    `TBT: ${factorList(figures, "tbt")}.`,
    `Requests within the SLO: ${factorList(figures, "requests")}.`,
    `The area is modelled, not measured: tokens per area over today's ${baseline.name} are ` +
      `${timesText(band.llmcompass)} with the area constants of LLMCompass, and between ${timesText(band.low)} and ` +
      `${timesText(band.high)} if every uncertain constant errs the same way.`,
  ];
}

/** 2.26x today's engine, 1.28x dataflow units, … */
function factorList({ ablation }: PaperCase, figure: AblatedFigure): string {
  return ladderFactors(ablation, figure)
    .filter(({ factor }) => Math.abs(factor - 1) >= LEAST_CHANGE)
    .map(({ label, factor }) => `${timesText(factor)} ${label}`)
    .join(", ");
}

function place(published: number, today: number | null, of2023: number | null): string {
  if (today === null || of2023 === null) return "beside them";
  const [low, high] = today < of2023 ? [today, of2023] : [of2023, today];
  if (published < low) return "below both";
  return published > high ? "above both" : "between the two";
}
