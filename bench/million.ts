import { createSyntheticSource, simulate } from "../src/index.ts";
import { azureCase } from "./azure-case.ts";
import { median, printTable, whole } from "./table.ts";

const SIZES = [10_000, 100_000, 1_000_000];

/** Time per request and peak memory from ten thousand to a million streamed requests. Run in a process of its own. */
async function benchMillion(): Promise<void> {
  const { config } = await azureCase(1, 512);
  const run = (requests: number) => {
    const spec = {
      arrivals: { kind: "poisson", ratePerSecond: 4 },
      input: { kind: "lognormal", median: 800, sigma: 0.8, max: 8000 },
      output: { kind: "lognormal", median: 130, sigma: 0.8, max: 1000 },
      requests,
    } as const;
    const start = performance.now();
    const { metrics } = simulate(createSyntheticSource(spec, 1), config);
    if (metrics.counts.completed !== requests) throw new Error("not every request completed");
    return (performance.now() - start) / 1e3;
  };
  for (let i = 0; i < 10; i++) run(SIZES[0]!);
  const rows = SIZES.map((requests) => {
    const repeats = Math.max(1, 300_000 / requests);
    const seconds = median(Array.from({ length: repeats }, () => run(requests)));
    const peakMegabytes = process.resourceUsage().maxRSS / 1024;
    return { requests, seconds, microsecondsEach: (seconds / requests) * 1e6, peakMegabytes };
  });
  const first = rows[0]!.microsecondsEach;
  printTable(
    "Streamed synthetic requests",
    ["requests", "seconds", "µs each", "relative to 10,000", "peak memory so far"],
    rows.map((row) => [
      whole(row.requests),
      row.seconds.toFixed(3),
      row.microsecondsEach.toFixed(2),
      (row.microsecondsEach / first).toFixed(2),
      `${whole(row.peakMegabytes)} MB`,
    ]),
  );
}

await benchMillion();
