const UNKNOWN = "-";

/** 41.3 ms, 1.24 s, 2 min 5 s; a dash when unknown. Three significant digits. */
export function formatSeconds(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return UNKNOWN;
  if (seconds === 0) return "0 s";
  if (seconds >= 99.95) {
    const whole = Math.round(seconds);
    const minutes = Math.floor(whole / 60);
    return minutes < 60
      ? `${minutes} min ${whole % 60} s`
      : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  }
  if (seconds >= 0.9995) return `${threeDigits(seconds)} s`;
  return seconds >= 0.9995e-3 ? `${threeDigits(seconds * 1e3)} ms` : `${threeDigits(seconds * 1e6)} µs`;
}

/** 98.7 %; of a share 0..1. Never rounds up to 100 %: what is not all should not look like all. */
export function formatShare(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return UNKNOWN;
  const percent = share * 100;
  if (percent > 0 && percent < 0.05) return "< 0.1 %";
  if (percent >= 99.95 && percent < 100) return `${Math.floor(percent * 100) / 100} %`;
  return `${percent.toFixed(percent === 0 || percent >= 99.95 ? 0 : 1)} %`;
}

/** 19,366 or 5.53: whole numbers in groups, small ones to three digits. */
export function formatNumber(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return UNKNOWN;
  return Math.abs(value) >= 99.95 ? formatCount(value) : threeDigits(value);
}

/** Whole counts in groups of three digits. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** 1 request, 19,366 requests. */
export function formatPlural(count: number, one: string): string {
  return `${formatCount(count)} ${one}${count === 1 ? "" : "s"}`;
}

/** 826 mm²; a dash alone when unknown. */
export function formatUnit(value: number | null, unit: string): string {
  const text = formatNumber(value);
  return text === UNKNOWN ? text : `${text} ${unit}`;
}

const PREFIXES = [
  ...([
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const),
  ...([
    [1, ""],
    [1e-3, "m"],
    [1e-6, "µ"],
    [1e-9, "n"],
  ] as const),
] as const;

/** 2 TB/s, 1.5 GHz, 512: a value in SI base units with the prefix that suits it; none without a unit. */
export function formatWithPrefix(value: number, unit: string): string {
  if (unit === "" || value === 0) return `${Number(value.toPrecision(4))}${unit === "" ? "" : ` ${unit}`}`;
  const [size, prefix] = PREFIXES.find(([least]) => Math.abs(value) >= least) ?? PREFIXES.at(-1)!;
  return `${Number((value / size).toPrecision(4))} ${prefix}${unit}`;
}

/** $1,234 or $0.42; a dash alone when unknown. */
export function formatDollars(value: number | null): string {
  const text = formatNumber(value);
  return text === UNKNOWN ? text : `$${text}`;
}

/** 1.8x, 1.04x, 12x: how many times as large. */
export function formatRatio(ratio: number): string {
  return `${ratio.toFixed(ratio < 1.1 ? 2 : ratio < 9.95 ? 1 : 0)}x`;
}

function threeDigits(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}
