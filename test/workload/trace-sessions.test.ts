import { describe, expect, test } from "vitest";
import {
  createTraceSessionSource,
  type TraceSessionsSpec,
} from "../../src/workload/clients/trace-sessions.ts";
import { readTrace } from "../../src/workload/read-trace.ts";
import { RequestDraft, type RequestSource } from "../../src/workload/request.ts";

const HEADER = "arrival_s,input_tokens,output_tokens,session_id,class\n";
const table = (...rows: string[]) =>
  readTrace(HEADER + rows.map((row) => `${row}\n`).join(""), { file: "t.csv" });

const noThinking = (prompts: "whole" | "new"): TraceSessionsSpec => ({
  ...{ thinkTime: { kind: "fixed", seconds: 0 }, prompts },
});

const take = (source: RequestSource): RequestDraft => {
  const draft = new RequestDraft();
  source.take(draft);
  return draft;
};

describe("sessions of a trace", () => {
  test("send a turn at its time, but not before the turn before it is answered and read", () => {
    const source = createTraceSessionSource(
      table("0,10,5,1,", "1,20,5,1,", "2,10,5,2,", "8,40,5,1,"),
      { thinkTime: { kind: "fixed", seconds: 0.5 }, prompts: "whole" },
      1,
    );
    const first = take(source);
    expect(first).toMatchObject({ arrivalSeconds: 0, sessionId: 1 });
    expect(source.nextArrivalSeconds).toBe(2);
    expect(take(source)).toMatchObject({ arrivalSeconds: 2, sessionId: 2, clientId: -1 });
    expect(source.nextArrivalSeconds).toBe(Infinity);
    source.requestEnded!({ clientId: first.clientId, seconds: 3, completed: true });
    const second = take(source);
    expect(second).toMatchObject({ arrivalSeconds: 3.5, inputTokens: 20, sourceRow: 1 });
    source.requestEnded!({ clientId: second.clientId, seconds: 4, completed: true });
    expect(take(source)).toMatchObject({ arrivalSeconds: 8, inputTokens: 40, sourceRow: 3, clientId: -1 });
    expect(source.nextArrivalSeconds).toBe(Infinity);
  });

  test("end with the first turn that is not completed", () => {
    const source = createTraceSessionSource(table("0,10,5,1,", "1,20,5,1,"), noThinking("whole"), 1);
    source.requestEnded!({ clientId: take(source).clientId, seconds: 0.1, completed: false });
    expect(source.nextArrivalSeconds).toBe(Infinity);
  });

  test("grow their prompts by the conversation where the trace lists only what is new", () => {
    const source = createTraceSessionSource(table("0,10,5,1,", "1,7,3,1,", "2,1,1,1,"), noThinking("new"), 1);
    const prompts: number[] = [];
    for (let seconds = 0; source.nextArrivalSeconds < Infinity; seconds += 10) {
      const { inputTokens, clientId } = take(source);
      prompts.push(inputTokens);
      if (clientId >= 0) source.requestEnded!({ clientId, seconds, completed: true });
    }
    expect(prompts).toEqual([10, 10 + 5 + 7, 22 + 3 + 1]);
  });

  test.each([
    {
      rows: ["0,10,5,1,", "1,14,5,1,"],
      says: /session 1, row 1 .*shorter than the conversation .* 14\n {2}expected at least 15/,
    },
    {
      rows: ["0,10,5,1,chat", "1,20,5,1,code"],
      says: /session 1, row 1 .*another class .* "code"\n {2}expected "chat"/,
    },
    { rows: ["0,10,5,,", "1,20,5,,"], says: /no sessions/ },
  ])("are refused when they contradict themselves: $says", ({ rows, says }) => {
    expect(() => createTraceSessionSource(table(...rows), noThinking("whole"), 1)).toThrow(says);
  });
});
