/** What a search finds out about a design; seconds, joules, mm² and so on, of the whole system unless told otherwise. */
export const RESULTS = {
  goodput_at_slo_rps: result("higher", "Goodput at SLO", "/s"),
  goodput_per_mm2: result("higher", "Goodput at SLO per mm²", "/s/mm²"),
  goodput_per_w: result("higher", "Goodput at SLO per peak watt", "/s/W"),
  goodput_per_dollar: result("higher", "Goodput at SLO per dollar of devices", "/s/$"),
  ttft_p50_s: result("lower", "TTFT p50", "s"),
  ttft_p99_s: result("lower", "TTFT p99", "s"),
  tbt_p50_s: result("lower", "TBT p50", "s"),
  tbt_p99_s: result("lower", "TBT p99", "s"),
  e2e_p99_s: result("lower", "E2E p99", "s"),
  slo_attainment: result("higher", "SLO attainment", "share"),
  output_throughput_tps: result("higher", "Output tokens", "/s"),
  energy_per_token_j: result("lower", "Energy per token", "J"),
  devices: result("lower", "Devices", ""),
  area_mm2: result("lower", "Area, all devices", "mm²"),
  peak_w: result("lower", "Peak power, all devices", "W"),
  die_dollars: result("lower", "Cost of one die", "$"),
  price_dollars: result("lower", "Price, all devices", "$"),
} as const;

export type ResultName = keyof typeof RESULTS;

/** A number for each result; null for one that has no meaning, as the latency of a system that cannot keep up. */
export type Results = Readonly<Record<ResultName, number | null>>;

export const RESULT_NAMES = Object.keys(RESULTS) as ResultName[];

interface ResultKind {
  readonly better: "higher" | "lower";
  readonly label: string;
  readonly unit: string;
}

function result(better: ResultKind["better"], label: string, unit: string): ResultKind {
  return { better, label, unit };
}
