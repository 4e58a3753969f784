import { describe, expect, test } from "vitest";
import { InputError, RunError } from "../../src/core/errors.ts";

const messageOf = (problem: ConstructorParameters<typeof InputError>[0]) => new InputError(problem).message;

describe("an input error", () => {
  test("names file, line, column, key, what was found and what is expected", () => {
    expect(
      messageOf({
        message: "invalid value",
        file: "chat.yaml",
        line: 14,
        column: 22,
        key: "system.tensor_parallel",
        found: 3,
        expected: "a divisor of 64",
      }),
    ).toBe("chat.yaml:14:22: system.tensor_parallel: invalid value 3\n  expected a divisor of 64");
  });

  test.each([
    [{ message: "file is empty", file: "a.csv" }, "a.csv: file is empty"],
    [{ message: "too few columns", file: "a.csv", line: 7 }, "a.csv:7: too few columns"],
    [{ message: "missing value", key: "model" }, "model: missing value"],
    [{ message: "nothing to do" }, "nothing to do"],
  ])("leaves out the parts that are not known: %j", (problem, text) => {
    expect(messageOf(problem)).toBe(text);
  });

  test.each<[string, unknown]>([
    ["NaN", NaN],
    ["-0.5", -0.5],
    ["12", 12n],
    ['""', ""],
    ['"a\\nb"', "a\nb"],
    ["null", null],
    ["true", true],
    ['[1,"x"]', [1, "x"]],
  ])("shows what was found on one line: %s", (text, found) => {
    expect(messageOf({ message: "invalid value", found })).toBe(`invalid value ${text}`);
  });

  test("cuts a found value that would flood the terminal", () => {
    const message = messageOf({ message: "invalid row", found: "x".repeat(10_000_000) });
    expect(message.length).toBeLessThan(120);
    expect(message.endsWith("…")).toBe(true);
  });

  test("suggests the nearest accepted name and lists them all", () => {
    expect(messageOf({ message: "unknown device", found: "h10", accepted: ["a100", "h100"] })).toBe(
      'unknown device "h10" (did you mean "h100"?)\n  expected one of: a100, h100',
    );
  });

  test("lists the accepted names without a suggestion when none is near", () => {
    expect(messageOf({ message: "unknown device", found: "abacus", accepted: ["h100"] })).toBe(
      'unknown device "abacus"\n  expected one of: h100',
    );
  });

  test("prefers the prose over the list of accepted names", () => {
    const message = messageOf({
      message: "unknown key",
      found: "sed",
      accepted: ["seed"],
      expected: "a key",
    });
    expect(message).toBe('unknown key "sed" (did you mean "seed"?)\n  expected a key');
  });

  test("carries several problems, a paragraph each", () => {
    const error = new InputError([{ message: "first" }, { message: "second", expected: "better" }]);
    expect(error.message).toBe("first\nsecond\n  expected better");
    expect(error.problems.map(({ message }) => message)).toEqual(["first", "second"]);
  });

  test("takes a file from its caller, except for problems that name theirs", () => {
    const error = new InputError([
      { message: "here", line: 3 },
      { message: "there", file: "base.yaml" },
    ]);
    expect(error.inFile("chat.yaml").message).toBe("chat.yaml:3: here\nbase.yaml: there");
    expect(error.message, "the original is untouched").toBe("3: here\nbase.yaml: there");
  });
});

test("a run's own failure is told apart from bad input", () => {
  const failure = new RunError("KV blocks leaked");
  expect(failure).not.toBeInstanceOf(InputError);
  expect([failure.name, new InputError({ message: "" }).name]).toEqual(["RunError", "InputError"]);
});
