import fc from "fast-check";
import { expect, test } from "vitest";
import { simulate } from "../../src/serving/simulate.ts";
import { createConversationSource } from "../../src/workload/clients/conversations.ts";
import { createTraceSessionSource } from "../../src/workload/clients/trace-sessions.ts";
import { readTrace } from "../../src/workload/read-trace.ts";
import { drawnConversations, drawnImpatience, drawnRouting } from "../support/drawn-clients.ts";
import { CLASSES, drawnClassedRequests, EVERY_SCHEDULER } from "../support/drawn-policies.ts";
import { drawnSystems } from "../support/drawn-systems.ts";
import { listSource } from "../support/list-source.ts";
import { expectSameRun } from "../support/same-run.ts";
import { toyConfig } from "../support/simulation.ts";

const MODES = ["fast-forward", "step-by-step"] as const;

test("jumping gives the run of stepping under clients who wait, give up and try again, whoever routes", () => {
  const seen = { skipped: 0, timedOut: 0, cancelled: 0, rejected: 0, completed: 0, again: 0 };
  fc.assert(
    fc.property(
      drawnConversations,
      drawnImpatience,
      drawnRouting,
      drawnSystems,
      (talk, impatience, routing, drawn) => {
        const config = toyConfig({
          ...drawn,
          config: { ...drawn.config, ...impatience, ...routing },
        });
        const [fast, plain] = MODES.map((mode) =>
          simulate(createConversationSource(talk, 7), { ...config, mode }),
        ) as [ReturnType<typeof simulate>, ReturnType<typeof simulate>];
        expectSameRun(fast, plain);
        const { counts } = plain.metrics;
        expect(counts.unfinished).toBe(0);
        expect(counts.submitted).toBe(
          counts.completed + counts.rejected + counts.timedOut + counts.cancelled,
        );
        seen.skipped += fast.effort.stepsSkipped;
        seen.timedOut += counts.timedOut;
        seen.cancelled += counts.cancelled;
        seen.rejected += counts.rejected;
        seen.completed += counts.completed;
        for (let row = 0; row < plain.records.length; row++) {
          if (plain.records.attempts[row]! > 1) seen.again++;
        }
      },
    ),
    { numRuns: 1500 },
  );
  // The property would hold emptily if clients never did what it is about.
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(300);
});

test("jumping gives the run of stepping where the sessions of a trace are replayed turn by turn", () => {
  const turn = fc.tuple(
    ...[fc.constantFrom(0, 0.01, 0.4), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 30 })],
    fc.integer({ min: 0, max: 4 }),
  );
  let held = 0;
  fc.assert(
    fc.property(
      ...[fc.array(turn, { minLength: 1, maxLength: 40 }), drawnImpatience, drawnRouting, drawnSystems],
      fc.boolean(),
      (turns, impatience, routing, drawn, waits) => {
        let seconds = 0;
        const rows = turns.map(([gap, input, output, session]) => {
          seconds += gap;
          return `${seconds},${input},${output},${session}`;
        });
        const text = ["arrival_s,input_tokens,output_tokens,session_id", ...rows, ""].join("\n");
        const table = readTrace(text, { file: "t.csv" });
        const spec = { thinkTime: { kind: "fixed", seconds: 0.05 }, prompts: "new" } as const;
        const config = toyConfig({
          ...drawn,
          config: { ...drawn.config, ...routing, ...(!waits && impatience) },
        });
        const [fast, plain] = MODES.map((mode) =>
          simulate(createTraceSessionSource(table, spec, 7), { ...config, mode }),
        ) as [ReturnType<typeof simulate>, ReturnType<typeof simulate>];
        expectSameRun(fast, plain);
        const { records } = plain;
        for (let row = 0; row < records.length; row++) {
          if (records.arrivalSeconds[row]! > table.arrivalSeconds[records.sourceRow[row]!]!) held++;
        }
      },
    ),
    { numRuns: 400 },
  );
  expect(held).toBeGreaterThan(300);
});

test.each(EVERY_SCHEDULER)("clients that leave do not break $name", ({ systems }) => {
  let left = 0;
  fc.assert(
    fc.property(drawnClassedRequests, drawnImpatience, systems, (requests, impatience, drawn) => {
      const config = toyConfig({ ...drawn, config: { ...drawn.config, ...impatience } });
      const [fast, plain] = MODES.map((mode) =>
        simulate(listSource(requests, CLASSES), { ...config, mode }),
      ) as [ReturnType<typeof simulate>, ReturnType<typeof simulate>];
      expectSameRun(fast, plain);
      left += plain.metrics.counts.timedOut + plain.metrics.counts.cancelled;
    }),
    { numRuns: 150 },
  );
  expect(left).toBeGreaterThan(100);
});
