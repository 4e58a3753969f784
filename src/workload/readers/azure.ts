import { defineFormat } from "./define-format.ts";
import { FIELD, type TraceRow } from "./trace-row.ts";

const NANOSECONDS = 1e9;

/** github.com/Azure/AzurePublicDataset: the LLM inference traces of 2023 (Splitwise, ISCA 2024) and 2024. */
export const azureFormat = defineFormat({
  name: "azure",
  description: "Azure LLM inference traces 2023 and 2024 (CSV)",
  example: "TIMESTAMP,ContextTokens,GeneratedTokens",
  notations: ["csv"],
  fields: [["TIMESTAMP"], ["ContextTokens"], ["GeneratedTokens"], [], [], []],
  known: [],
  ticksPerSecond: NANOSECONDS,
  createClock() {
    let originSeconds: number | undefined;
    return (row: TraceRow) => {
      const { seconds, nanoseconds } = parseTimestamp(row);
      originSeconds ??= seconds;
      // The origin goes first: nanoseconds since 1970 do not fit into 53 bits, since the first row they do.
      return (seconds - originSeconds) * NANOSECONDS + nanoseconds;
    };
  },
});

/** Text from "2023-11-16 18:15:46" to the fraction and the offset, of which either may be missing. */
const FRACTION_AND_OFFSET = /^(?:\.(\d+))?(?:Z|([+-])(\d\d):?(\d\d))?$/;
const SEPARATORS = [
  [4, "-"],
  [7, "-"],
  [13, ":"],
  [16, ":"],
] as const;
const SECONDS_LENGTH = 19;

/** "2023-11-16 18:15:46.6805900" or "2024-05-10 00:00:00.009930+00:00" as whole seconds since 1970 and the rest. */
function parseTimestamp(row: TraceRow): { seconds: number; nanoseconds: number } {
  const text = row.text(FIELD.arrival);
  const year = wholeNumber(text, 0, 4);
  const month = wholeNumber(text, 5, 7);
  const day = wholeNumber(text, 8, 10);
  const hour = wholeNumber(text, 11, 13);
  const minute = wholeNumber(text, 14, 16);
  const second = wholeNumber(text, 17, SECONDS_LENGTH);
  const rest = FRACTION_AND_OFFSET.exec(text.slice(SECONDS_LENGTH));
  const plausible =
    year >= 1970 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 31 &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 60;
  const separated =
    SEPARATORS.every(([at, mark]) => text[at] === mark) && (text[10] === " " || text[10] === "T");
  if (!plausible || !separated || rest === null) {
    throw row.refusal(FIELD.arrival, "invalid timestamp", 'a time such as "2023-11-16 18:15:46.6805900"');
  }
  const [, fraction = "0", sign = "+", offsetHours = "0", offsetMinutes = "0"] = rest;
  const offset = (sign === "-" ? -60 : 60) * (60 * Number(offsetHours) + Number(offsetMinutes));
  return {
    seconds: daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset,
    nanoseconds: Number(fraction.slice(0, 9).padEnd(9, "0")),
  };
}

/** The digits from `start` to before `end`; NaN when there is anything else. */
function wholeNumber(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Days in the Gregorian calendar, counted in years that start in March (the leap day comes last). */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return marchYear * 365 + leapDays + dayOfYear - 719_468;
}
