import { expect, test } from "vitest";
import { ProgressGuard } from "../../src/serving/progress-guard.ts";

const LOOKS = 1000;

test("a run that gets nowhere is given up, with the state in which it was stuck", () => {
  const guard = new ProgressGuard();
  const look = () => {
    guard.look(7, () => "at 3 s, 2 requests are open");
  };
  for (let i = 0; i < LOOKS; i++) look();
  expect(look).toThrow("the run does not come to an end: at 3 s, 2 requests are open");
});

test("a run that gets on, however slowly, is let go on", () => {
  const guard = new ProgressGuard();
  for (let i = 0; i < 4 * LOOKS; i++) guard.look(Math.floor(i / (LOOKS - 1)), () => "stuck");
});
