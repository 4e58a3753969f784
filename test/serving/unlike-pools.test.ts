import fc from "fast-check";
import { expect, test } from "vitest";
import type { PoolConfig, PoolRole, SimulationConfig } from "../../src/serving/config.ts";
import { simulate } from "../../src/serving/simulate.ts";
import { createConversationSource } from "../../src/workload/clients/conversations.ts";
import { drawnConversations, drawnImpatience, drawnRouting } from "../support/drawn-clients.ts";
import { drawnSystemsOf } from "../support/drawn-policies.ts";
import { expectSameRun } from "../support/same-run.ts";
import { toyConfig } from "../support/simulation.ts";

const MODES = ["fast-forward", "step-by-step"] as const;

/** Engines of every kind, those that never split a prompt only where whole requests are served. */
const drawnPool = (name: string, role: PoolRole): fc.Arbitrary<PoolConfig> => {
  const policies = ["vllm-v1", "sarathi", "priority", "fair", "sjf", "edf", "co-scheduling"] as const;
  const whole = ["orca", "static", "vllm-v0"] as const;
  return fc
    .constantFrom(...policies, ...(role === "both" ? whole : []))
    .chain((policy) => fc.tuple(drawnSystemsOf(policy), fc.integer({ min: 1, max: 2 })))
    .map(([drawn, replicas]): PoolConfig => {
      const { scheduler, engine, cost } = toyConfig(drawn);
      return { ...{ name, role, replicas, scheduler, engine, cost }, linkBytesPerSecond: 3e6 };
    });
};

/** Whole requests here, whole requests there, or a part of them in two halves. */
const drawnPools: fc.Arbitrary<PoolConfig[]> = fc.oneof(
  fc.tuple(drawnPool("a", "both"), drawnPool("b", "both")),
  fc.tuple(drawnPool("p", "prefill"), drawnPool("d", "decode"), drawnPool("w", "both")),
  fc.tuple(drawnPool("p", "prefill"), drawnPool("d", "decode"), drawnPool("e", "decode")),
);

test("jumping gives the run of stepping on pools of unlike replicas, whoever routes and whoever leaves", () => {
  const seen = { skipped: 0, completed: 0, left: 0, moved: 0, delayed: 0 };
  fc.assert(
    fc.property(
      ...[drawnConversations, drawnPools, drawnRouting, drawnImpatience, fc.boolean()],
      (talk, pools, routing, impatience, waits) => {
        const config: SimulationConfig = {
          ...toyConfig(),
          ...routing,
          ...(!waits && impatience),
          pools,
          kvTransfer: { bytesPerToken: 1000, latencySeconds: 0.001, overlappedLayers: 4 },
          slo: { request: { ttftSeconds: 0.3 }, run: [] },
        };
        const [fast, plain] = MODES.map((mode) =>
          simulate(createConversationSource(talk, 5), { ...config, mode }),
        ) as [ReturnType<typeof simulate>, ReturnType<typeof simulate>];
        expectSameRun(fast, plain);
        expect(fast.records.decodeReplica).toEqual(plain.records.decodeReplica);
        const { counts } = plain.metrics;
        expect(counts.completed + counts.rejected + counts.timedOut + counts.cancelled).toBe(
          counts.submitted,
        );
        seen.skipped += fast.effort.stepsSkipped;
        seen.completed += counts.completed;
        seen.left += counts.timedOut + counts.cancelled;
        seen.moved += plain.metrics.kvTransfer?.transfers ?? 0;
        if (routing.routerDelaySeconds! > 0) seen.delayed++;
      },
    ),
    { numRuns: 600 },
  );
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(100);
});
