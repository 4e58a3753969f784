/** What a comparison takes from a `summary.json` as a whole, by the keys of its metrics; null for unknown. */
export function summaryFigures(summary: unknown): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(PATHS).map(([key, path]) => {
      const value = path.reduce<unknown>(
        (inner, part) =>
          typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[part] : undefined,
        summary,
      );
      return [key, typeof value === "number" ? value : null];
    }),
  );
}

const PATHS: Readonly<Record<string, readonly string[]>> = {
  tbt_p99_s: ["tbt_s", "p99"],
  goodput_rps: ["slo", "goodput_rps"],
  output_throughput_tps: ["output_throughput_tps"],
  energy_per_token_j: ["devices", "energy_per_token_j"],
  dollars_per_million_output_tokens: ["cost", "dollars_per_million_output_tokens", "default"],
};
