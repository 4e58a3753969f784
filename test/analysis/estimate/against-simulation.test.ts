import { describe, expect, test } from "vitest";
import { CHAT, estimateServed, overloadThroughput, simulateServed, type Served } from "./served.ts";

const SYSTEMS: readonly (Served & { readonly name: string })[] = [
  { name: "8B on a dataflow design", model: "llama-3.1-8b", device: "ador-recalled", budget: 512, ...CHAT },
  { name: "8B on an A100", model: "llama-3.1-8b", device: "a100-80gb", budget: 2048, ...CHAT },
  { name: "8B on three H100s", model: "llama-3.1-8b", device: "h100", budget: 2048, replicas: 3, ...CHAT },
  {
    name: "70B on eight H100s",
    model: "llama-3.1-70b",
    device: "h100",
    tensorParallel: 8,
    budget: 1024,
    ...CHAT,
  },
  {
    ...{ name: "short prompts on an A100", model: "llama-3.1-8b", device: "a100-80gb", budget: 4096 },
    input: { kind: "uniform", min: 50, max: 300 },
    output: { kind: "uniform", min: 100, max: 300 },
  },
  {
    ...{ name: "long prompts on an H100", model: "llama-3.1-8b", device: "h100", budget: 2048 },
    input: { kind: "uniform", min: 4000, max: 12_000 },
    output: { kind: "fixed", tokens: 120 },
  },
];

describe.each(SYSTEMS)("$name", (served) => {
  const { saturation } = estimateServed(served, 1);

  test("is estimated as it is simulated where little load comes", () => {
    const rate = 0.05 * saturation.requestsPerSecond;
    const { latencies } = estimateServed(served, rate);
    const simulated = simulateServed(served, rate);
    expect(Math.abs(latencies.tbt!.mean / simulated.tbt.mean! - 1)).toBeLessThan(0.03);
    expect(Math.abs(latencies.ttft!.mean / simulated.ttft.mean! - 1)).toBeLessThan(0.06);
    expect(Math.abs(latencies.e2e!.mean / simulated.e2e.mean! - 1)).toBeLessThan(0.04);
  });

  test("saturates where its simulation does", () => {
    const simulated = overloadThroughput(served, 4 * saturation.requestsPerSecond, 4000);
    expect(Math.abs(saturation.requestsPerSecond / simulated - 1)).toBeLessThan(0.1);
  });

  test("uses as much of each resource, and as much energy, as in the simulation at half load", () => {
    const rate = 0.5 * saturation.requestsPerSecond;
    const { utilization, dynamicJoulesPerToken, outputTokensPerSecond } = estimateServed(served, rate);
    const simulated = simulateServed(served, rate);
    for (const resource of ["sa", "dram"] as const) {
      expect(Math.abs(utilization[resource] - simulated.utilization[resource])).toBeLessThan(0.06);
    }
    const tokens = simulated.generatedTokens;
    expect(Math.abs(dynamicJoulesPerToken / (simulated.dynamicJoules / tokens) - 1)).toBeLessThan(0.1);
    expect(Math.abs(outputTokensPerSecond / (tokens / simulated.durationSeconds) - 1)).toBeLessThan(0.1);
  });
});
