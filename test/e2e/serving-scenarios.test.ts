import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ador, ROOT, workFolder } from "./ador.ts";

interface Figures {
  readonly goodput_rps: number;
  readonly slo_attainment: number;
  readonly tbt_p99_s: number;
  readonly ttft_p99_s: number;
  readonly request_throughput_rps: number;
  readonly dollars_per_million_output_tokens: number;
}

const folder = workFolder();

/** Runs a bundled scenario, all files written, and gives the key figures of its systems. */
function systemsOf(name: string): Readonly<Record<string, Figures>> {
  const out = ["--out", join(folder, name)];
  const { code, stdout, stderr } = ador(["run", `scenarios/${name}.yaml`, "--json", ...out], { cwd: ROOT });
  expect(stderr).not.toMatch(/error|audit/i);
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { systems: Record<string, Figures> }).systems;
}

describe("what the bundled scenarios say of serving is what they show:", () => {
  test("batching: from static batches to small chunks, prompts hold up tokens less and less", () => {
    const { static: padded, orca, "vllm-v0": v0, "vllm-v1": v1, sarathi, ...rest } = systemsOf("batching");
    expect(padded!.request_throughput_rps).toBeLessThan(orca!.request_throughput_rps / 2);
    expect(v0!.tbt_p99_s).toBeGreaterThan(v1!.tbt_p99_s);
    expect(orca!.tbt_p99_s).toBeGreaterThan(v1!.tbt_p99_s);
    expect(v1!.tbt_p99_s).toBeGreaterThan(2 * sarathi!.tbt_p99_s);
    const beside = rest["co-scheduling"]!;
    expect(beside.slo_attainment).toBeGreaterThan(0.99);
    expect(beside.ttft_p99_s).toBeLessThan(sarathi!.ttft_p99_s);
  });

  test("request-mix: an order of service that knows the classes beats first come, first served", () => {
    const systems = systemsOf("request-mix");
    const first = systems["first-come"]!.slo_attainment;
    for (const name of ["shortest", "priority", "deadline"]) {
      expect(systems[name]!.slo_attainment, name).toBeGreaterThan(first + 0.1);
    }
  });

  test("closed-loop: the slower the system, the fewer requests it gets", () => {
    const { hda, a100, l40s } = systemsOf("closed-loop");
    expect(hda!.request_throughput_rps).toBeGreaterThan(1.2 * a100!.request_throughput_rps);
    expect(a100!.request_throughput_rps).toBeGreaterThan(1.2 * l40s!.request_throughput_rps);
  });

  test("retry-storm: turning some away serves more in time than letting all in", () => {
    const { "open-door": open, ...guarded } = systemsOf("retry-storm");
    for (const [name, { goodput_rps }] of Object.entries(guarded)) {
      expect(goodput_rps, name).toBeGreaterThan(1.2 * open!.goodput_rps);
    }
  });

  test("routers: more knowledge, more requests in time; old news is worse than taking turns", () => {
    const systems = systemsOf("routers");
    const share = (name: string) => systems[name]!.slo_attainment;
    expect(share("round-robin")).toBeGreaterThan(share("random"));
    expect(share("power-of-two")).toBeGreaterThan(share("round-robin"));
    expect(share("least-outstanding")).toBeGreaterThan(share("power-of-two"));
    expect(share("slo-aware")).toBeGreaterThan(share("least-outstanding"));
    expect(share("stale")).toBeLessThan(share("round-robin"));
  });

  test("mixed-pools: taking turns overloads the slow half, every router that counts does not", () => {
    const { "round-robin": turns, ...others } = systemsOf("mixed-pools");
    expect(turns!.slo_attainment).toBeLessThan(0.6);
    for (const [name, { slo_attainment }] of Object.entries(others)) {
      expect(slo_attainment, name).toBeGreaterThan(0.99);
    }
  });

  test("disaggregation: meets a tight target between tokens, unless the split or the network is wrong", () => {
    const systems = systemsOf("disaggregation");
    expect(systems["together"]!.slo_attainment).toBeLessThan(0.2);
    expect(systems["apart-2-2"]!.slo_attainment).toBeGreaterThan(0.9);
    expect(systems["apart-3-1"]!.slo_attainment).toBeLessThan(0.5);
    expect(systems["apart-slow-network"]!.slo_attainment).toBeLessThan(0.5);
  });

  test("autoscaling: costs less than fixed replicas where new ones come soon, and fails where they do not", () => {
    const { fixed, lean, "slow-start": slow, "in-hand": inHand } = systemsOf("autoscaling");
    const dollars = (figures: Figures | undefined) => figures!.dollars_per_million_output_tokens;
    expect(dollars(lean)).toBeLessThan(0.8 * dollars(fixed));
    expect(lean!.slo_attainment).toBeGreaterThan(0.99);
    expect(slow!.slo_attainment).toBeLessThan(0.9);
    expect(inHand!.slo_attainment).toBeGreaterThan(0.99);
    expect(dollars(inHand)).toBeLessThan(dollars(fixed));
  });

  test("failures: one replica to spare keeps most requests in time", () => {
    const { "sent-on": sentOn, "one-to-spare": spare } = systemsOf("failures");
    expect(spare!.slo_attainment).toBeGreaterThan(0.95);
    expect(sentOn!.slo_attainment).toBeLessThan(0.7);
  });
});
