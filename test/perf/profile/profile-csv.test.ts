import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/core/errors.ts";
import { readStepProfile, stepProfileCsv } from "../../../src/perf/profile/profile-csv.ts";

const TEXT = `part,tokens,context_tokens,seconds
step,,,0.0005
tokens,8,,0.01
tokens,1,,0.008
logits,1,,0.0002
decode,2,100,0.002
decode,1,100,0.001
decode,1,10,0.0005
prefill,64,0,0.003
`;

describe("a profile", () => {
  test("is read in any order of rows and columns, and in order of its counts", () => {
    const columns = (line: string) => {
      const [part, tokens, context, seconds] = line.split(",");
      return [seconds, context, part, "x", tokens].join(",");
    };
    const turned = TEXT.trim().split("\n").map(columns).join("\n");
    const { decodeMixed, ...profile } = readStepProfile(turned);
    expect(decodeMixed).toBeUndefined();
    expect(profile).toEqual({
      step: 0.0005,
      tokens: { at: [1, 8], seconds: [0.008, 0.01] },
      logits: { at: [1], seconds: [0.0002] },
      decode: {
        at: [1, 2],
        lines: [
          { at: [10, 100], seconds: [0.0005, 0.001] },
          { at: [100], seconds: [0.002] },
        ],
      },
      prefill: { at: [64], lines: [{ at: [0], seconds: [0.003] }] },
    });
  });

  test("is written as it is read", () => {
    const profile = readStepProfile(`${TEXT}decode_mixed,1,10,0.004\n`);
    expect(readStepProfile(stepProfileCsv(profile))).toEqual(profile);
  });

  test.each([
    ["a column is missing", TEXT.replace("context_tokens", "context"), '1: missing column "context_tokens"'],
    [
      "a part is unknown",
      TEXT.replace("decode,2", "decodes,2"),
      '6:1: part: unknown part "decodes" (did you mean "decode"?)',
    ],
    ["a cell is no number", TEXT.replace(",0.01\n", ",soon\n"), '3:11: seconds: invalid value "soon"'],
    ["a count is missing", TEXT.replace("tokens,8", "tokens,"), '3:8: tokens: invalid value ""'],
    ["a time is below 0", TEXT.replace(",0.01\n", ",-1\n"), "a number of at least 0"],
    ["a point comes twice", `${TEXT}tokens,8,,0.02\n`, '10:1: part: the same point again "tokens"'],
    ["a part is missing", TEXT.replace(/prefill.*\n/, ""), 'no row of the part "prefill"'],
    ["a row is too short", `${TEXT}tokens,9\n`, "broken CSV"],
  ])("is refused with its place where %s", (_, text, message) => {
    expect(() => readStepProfile(text)).toThrow(InputError);
    expect(() => readStepProfile(text)).toThrow(message);
  });
});
