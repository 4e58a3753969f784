import { formatCount, formatDollars, formatNumber, formatPlural, formatShare } from "../format.ts";
import { snakeCase } from "../../scenario/setting-map.ts";
import type { RobustnessCase } from "../../search/worth/robustness.ts";
import type { DeviceBreakEven, Saving, Worth } from "../../search/worth/worth.ts";
import { signedPercent } from "./result-text.ts";
import type { TextTable } from "../plain-table.ts";

const TOKEN_DOLLARS = "$ per million output tokens";

/** Row of the comparison with known devices. @param names its columns, the recommended design first */
export function worthRow({ recommended, compared }: Worth, names: readonly string[]): string[] {
  const dollars = new Map([recommended, ...compared].map((one) => [one.name, one.dollarsPerMillionTokens]));
  return [TOKEN_DOLLARS, ...names.map((name) => formatDollars(dollars.get(name)?.default ?? null))];
}

const MOST_NAMED = 3;

/** What the recommended design is worth, and whether it stays recommended: two or three sentences. */
export function worthLines(worth: Worth): string[] {
  return [...breakEvenLines(worth), robustnessLine(worth)];
}

function breakEvenLines({ figures, recommended, breakEvens, saving }: Worth): string[] {
  if (breakEvens.length === 0) return [];
  const answers = breakEvens.map((found) => `${breakEvenText(found)} (${found.name})`);
  const basis = `${formatPlural(figures.volumeDevices, "device")}, ${formatDollars(recommended.economics.nreDollars / 1e6)}M of design, ${formatNumber(figures.lifeYears)} years, ${formatShare(figures.utilisation)} of the goodput sold`;
  return [
    `Worth at ${basis}: against buying, it breaks even at ${answers.join(", ")}.`,
    ...(saving === undefined
      ? []
      : [
          `It saves ${formatDollars(saving.dollarsPerMillionTokens)} per million tokens against ${saving.name}, which depends most on ${savingInputs(saving).slice(0, MOST_NAMED).join(", ")}.`,
        ]),
  ];
}

/** Names of what a saving depends on, the strongest first: as a scenario writes them. */
export function savingInputs({ name, inputs }: Saving): string[] {
  return inputs.map(({ constant }) =>
    constant === "knownPriceFactor" ? `price of ${name}` : snakeCase(constant),
  );
}

/** 6,497 devices, paid back in 2.7 months. */
function breakEvenText({ volumeDevices, paybackYears }: DeviceBreakEven): string {
  if (volumeDevices === null) return "no volume";
  const payback = paybackYears === null ? "never paid back" : `paid back in ${durationText(paybackYears)}`;
  return `${formatPlural(Math.ceil(volumeDevices), "device")}, ${payback}`;
}

/** 2.7 months, 3.4 years. */
function durationText(years: number): string {
  return years < 2 ? `${formatNumber(12 * years)} months` : `${formatNumber(years)} years`;
}

function robustnessLine({ robustness, finalists }: Worth): string {
  const stays = robustness.filter(({ rank }) => rank === 1);
  const lost = robustness.filter(({ rank }) => rank !== 1);
  const text = `It stays the best of ${formatPlural(finalists, "finalist")} at ${formatCount(stays.length)} of ${formatCount(robustness.length)} ends of the bands of uncertain constants`;
  return lost.length === 0 ? `${text}.` : `${text}; not with ${lost.map(lossText).join("; ")}.`;
}

function lossText(found: RobustnessCase): string {
  return `${found.constants} ${found.end} (${[...brokenTexts(found), successorText(found)].join(", ")})`;
}

function brokenTexts({ broken }: RobustnessCase): string[] {
  return broken.map(({ limit, excess }) => `${limit} ${signedPercent(excess)}`);
}

function successorText({ recommended }: RobustnessCase): string {
  return recommended === null ? "no finalist fits" : `then ${recommended.slice(0, 6)}`;
}

/** Against each device that is sold. */
export function breakEvenTable({ breakEvens }: Worth): TextTable {
  return {
    head: [
      "against buying",
      "devices replaced",
      "saved per device and year",
      "breaks even at",
      "paid back in",
    ],
    rows: breakEvens.map(({ name, ...found }) => [
      name,
      formatNumber(found.replacedDevices),
      formatDollars(found.savedDollarsPerYear),
      found.volumeDevices === null
        ? "no volume"
        : `${formatPlural(Math.ceil(found.volumeDevices), "device")}, ${formatNumber((found.tokensPerYear ?? 0) / 1e12)} trillion tokens a year`,
      found.paybackYears === null ? "never" : durationText(found.paybackYears),
    ]),
  };
}

/** What serving costs, a row a device. */
export function tokenCostTable({ recommended, compared }: Worth): TextTable {
  return {
    head: [
      ...["device", "$ per million tokens", "at best", "at worst", "$ per million requests"],
      ...["to buy or make", "to run a year", "NRE"],
    ],
    rows: [recommended, ...compared].map(({ name, economics, dollarsPerMillionTokens: { low, ...band } }) => [
      name,
      ...[band.default, low, band.high, economics.dollarsPerMillionRequests].map(formatDollars),
      formatDollars(economics.purchaseDollars),
      formatDollars(economics.yearly.dollarsPerYear),
      economics.nreDollars === 0 ? "-" : `${formatDollars(economics.nreDollars / 1e6)}M`,
    ]),
  };
}

/** What becomes of the recommendation at either end of the bands of uncertain constants. */
export function robustnessTable({ robustness }: Worth): TextTable {
  return {
    head: ["constants", "area", "peak power", "price", "place", "recommended then", "beyond"],
    rows: robustness.map((found) => [
      `${found.constants}, ${found.end}`,
      `${formatNumber(found.results.area_mm2)} mm²`,
      `${formatNumber(found.results.peak_w)} W`,
      formatDollars(found.results.price_dollars),
      found.rank === null ? "-" : formatCount(found.rank),
      found.rank === 1 ? "the same" : (found.recommended?.slice(0, 6) ?? "none fits"),
      brokenTexts(found).join(", "),
    ]),
  };
}
