import type { StepExplanation } from "../../perf/step-explanation.ts";
import { boundText } from "./step-text.ts";

/** Classes of colour, in the order of a legend, with the bounds that each stands for. */
const CLASSES = [
  { className: "series0", bounds: ["dram"] },
  { className: "series1", bounds: ["sa"] },
  { className: "series2", bounds: ["mac_tree"] },
  { className: "series3", bounds: ["vector"] },
  { className: "series4", bounds: ["noc", "local_sram"] },
  { className: "series5", bounds: ["launch", "host", "p2p", "link latency"] },
] as const;

/** Class of the colour of what is bound so. */
export function boundClass(bound: string): string {
  return CLASSES.find(({ bounds }) => (bounds as readonly string[]).includes(bound))?.className ?? "series5";
}

/** Legend of the bounds that occur. */
export function legendEntries(
  bounds: readonly string[],
  { request }: StepExplanation,
): { readonly className: string; readonly text: string }[] {
  return CLASSES.flatMap(({ className, bounds: named }) => {
    const present = named.filter((bound) => bounds.includes(bound));
    if (present.length === 0) return [];
    const texts = present.map((bound) => boundText(bound, request.device.kind).replace(/^the /, ""));
    return [{ className, text: `bound by ${texts.join(" or ")}` }];
  });
}
