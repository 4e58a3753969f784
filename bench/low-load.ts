import { createSyntheticSource, simulate } from "../src/index.ts";
import { azureCase } from "./azure-case.ts";
import { median, printTable } from "./table.ts";

/** Long answers at low load: where jumping pays most. */
export async function benchLowLoad(): Promise<void> {
  const { config } = await azureCase(1, 512);
  const spec = {
    arrivals: { kind: "poisson", ratePerSecond: 0.2 },
    input: { kind: "fixed", tokens: 500 },
    output: { kind: "fixed", tokens: 2000 },
    requests: 2000,
  } as const;
  const run = (mode: "fast-forward" | "step-by-step") => {
    const start = performance.now();
    const { effort, metrics } = simulate(createSyntheticSource(spec, 1), { ...config, mode });
    if (metrics.counts.completed !== spec.requests) throw new Error("not every request completed");
    return { seconds: (performance.now() - start) / 1e3, steps: effort.steps };
  };
  const typical = (mode: "fast-forward" | "step-by-step", runs: number) => {
    const timed = Array.from({ length: runs }, () => run(mode));
    return { seconds: median(timed.map(({ seconds }) => seconds)), steps: timed[0]!.steps };
  };
  const plain = typical("step-by-step", 5);
  const fast = typical("fast-forward", 51);
  if (fast.steps !== plain.steps) throw new Error("the two modes did different work");
  printTable(
    "Low load, 2,000-token outputs",
    ["requests", "steps", "fast-forward", "step by step", "ratio"],
    [
      [
        String(spec.requests),
        fast.steps.toLocaleString("en-US"),
        `${(fast.seconds * 1e3).toFixed(1)} ms`,
        `${(plain.seconds * 1e3).toFixed(0)} ms`,
        `${(plain.seconds / fast.seconds).toFixed(0)}×`,
      ],
    ],
  );
}
