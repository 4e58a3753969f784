import { describe, expect, test } from "vitest";
import { detectFormat, TRACE_FORMATS } from "../../../src/workload/readers/formats.ts";
import { blocksOf, read, refusalOf, rowsOf } from "../support.ts";

describe("formats are recognised by their content", () => {
  test.each([
    { format: "azure", lines: ["TIMESTAMP,ContextTokens,GeneratedTokens"] },
    { format: "azure", lines: ["GeneratedTokens,TIMESTAMP,ContextTokens"] },
    {
      format: "mooncake",
      lines: ['{"timestamp": 0, "input_length": 1, "output_length": 2, "hash_ids": []}'],
    },
    { format: "burstgpt", lines: ["Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type"] },
    { format: "csv", lines: ["", "arrival_s,input_tokens,output_tokens"] },
    { format: "csv", lines: ['"arrival_s","input_tokens","output_tokens","class"'] },
    { format: "llmservingsim", lines: ['{"input_toks": 1, "output_toks": 2, "arrival_time_ns": 3}'] },
    { format: "lengths", lines: ["input_tokens,output_tokens"] },
    { format: "lengths", lines: ["prompt_len,output_len"] },
    { format: "lengths", lines: ['{"prompt_len": 3, "output_len": 4}'] },
  ])("$lines is $format", ({ format, lines }) => {
    expect(detectFormat(lines).name).toBe(format);
  });

  test("each format's example is recognised as that format", () => {
    for (const { name, example } of TRACE_FORMATS) {
      expect(detectFormat([example.replace(/ \(.*/, "")]).name).toBe(name);
    }
  });

  test("a header with a misspelt column is refused with the nearest name and all accepted headers", () => {
    const { message } = refusalOf(() => read("arival_s,input_tokens,output_tokens\n0,1,2\n"));
    expect(message).toContain('column "arival_s": did you mean "arrival_s"?');
    for (const { example } of TRACE_FORMATS) expect(message).toContain(example);
  });

  test("half a ServeGen client is told apart from a trace of requests", () => {
    const { message } = refusalOf(() => read("0,19.05,5.3,Weibull,0.4,0.028\n600,14,4.6,Gamma,0.4,0.05\n"));
    expect(message).toContain("ServeGen");
  });

  test("a first line that looks like JSON but is none is refused as such", () => {
    const { message } = refusalOf(() => read('{"timestamp": NaN, "input_length": 1, "output_length": 2}\n'));
    expect(message).toMatch(/^t:1: not a JSON object/);
  });

  test("an unknown format name is refused with the nearest one", () => {
    expect(refusalOf(() => read("x", { format: "azzure" })).message).toContain('did you mean "azure"?');
  });
});

describe("each format is read into seconds and tokens", () => {
  test("Azure 2023 keeps 100 ns digits, whatever the date", () => {
    const { table } = read(
      "TIMESTAMP,ContextTokens,GeneratedTokens\n" +
        "2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:46.6805901,396,109\n2023-11-17 00:00:00.0000000,1,2\n",
    );
    expect(rowsOf(table)).toEqual([
      [0, 374, 44],
      [1e-7, 396, 109],
      [20_653.31941, 1, 2],
    ]);
  });

  test("Azure 2024 has microseconds and an offset from UTC, over a leap day", () => {
    const { table } = read(
      "TIMESTAMP,ContextTokens,GeneratedTokens\n" +
        "2024-02-28 23:59:59.009930+00:00,1,1\n2024-02-29 02:00:00+02:00,2,2\n2024-03-01 00:00:00.5Z,3,3\n",
    );
    expect(rowsOf(table).map(([arrival]) => arrival)).toEqual([0, 0.99007, 86_401.49007]);
  });

  test.each([
    "2023-13-01 00:00:00",
    "2023-11-16",
    "yesterday",
    "",
    "2023-11-16 24:00:00",
    "2023-11-16 1O:00:00",
  ])("Azure timestamp %j is refused with its place", (timestamp) => {
    const text = `TIMESTAMP,ContextTokens,GeneratedTokens\n${timestamp},1,1\n`;
    expect(refusalOf(() => read(text)).message).toMatch(/^t:2:1: TIMESTAMP: invalid timestamp/);
  });

  test("Mooncake has milliseconds and prefix blocks of 512 tokens", () => {
    const { table } = read(
      '{"timestamp": 5, "input_length": 1025, "output_length": 9, "hash_ids": [0, 1, 2]}\n' +
        '{"timestamp": 8, "input_length": 600, "output_length": 7, "hash_ids": [0, 3]}\n',
    );
    expect(rowsOf(table)).toEqual([
      [0, 1025, 9],
      [0.003, 600, 7],
    ]);
    expect(table.prefixBlocks!.blockTokens).toBe(512);
    expect(blocksOf(table)).toEqual([
      [0, 1, 2],
      [0, 3],
    ]);
  });

  test.each(["[0, 1, 2, 3]", "[0.5]", "[-1]", '["a"]', "7"])("Mooncake hash_ids %s is refused", (hashIds) => {
    const text = `{"timestamp": 5, "input_length": 1025, "output_length": 9, "hash_ids": ${hashIds}}\n`;
    expect(refusalOf(() => read(text)).message).toMatch(/^t:1:\d+: hash_ids: invalid/);
  });

  const burstgpt =
    "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n" +
    "5,ChatGPT,472,18,490,Conversation log\n45,ChatGPT,0,0,0,Conversation log\n118,GPT-4,417,276,693,API log\n";

  test("BurstGPT drops failed rows, says how many, and keeps the numbers of the other rows", () => {
    const { table, warnings } = read(burstgpt);
    expect(rowsOf(table)).toEqual([
      [0, 472, 18],
      [113, 417, 276],
    ]);
    expect([...table.sourceRow]).toEqual([0, 2]);
    expect(warnings).toEqual(["t: 1 failed requests without output tokens dropped"]);
  });

  test("BurstGPT's failed rows can be refused, at their line, with the way to drop them", () => {
    expect(refusalOf(() => read(burstgpt, { failedRows: "refuse" })).message).toMatch(
      /^t:3:14: Response tokens.*\n.*--failed-rows drop/,
    );
  });

  test("plain CSV takes columns in any order, with classes and sessions", () => {
    const { table, warnings } = read(
      "class,output_tokens,arrival_s,session_id,note,input_tokens\nchat,2,0,7,x,1\ncode,4,1.5,,y,3\nchat,6,2,8,,5\n",
    );
    expect(rowsOf(table)).toEqual([
      [0, 1, 2],
      [1.5, 3, 4],
      [2, 5, 6],
    ]);
    expect([...table.classIndex].map((index) => table.classes[index])).toEqual(["chat", "code", "chat"]);
    expect([...table.sessionId!]).toEqual([7, -1, 8]);
    expect(warnings).toEqual(["t:1: columns not used: note"]);
  });

  test("cells may be quoted, also around commas and quotes", () => {
    const { table } = read(
      '"arrival_s","input_tokens","output_tokens","class"\n0,"10",2,"a, ""b"""\n"1.25",20,"3",c\n',
    );
    expect(rowsOf(table)).toEqual([
      [0, 10, 2],
      [1.25, 20, 3],
    ]);
    expect(table.classes).toEqual(['a, "b"', "c"]);
  });

  test("LLMServingSim has nanoseconds, and token ids that are not needed", () => {
    const { table } = read(
      '{"input_toks": 128, "output_toks": 512, "arrival_time_ns": 46926808, "input_tok_ids": [1, 2]}\n' +
        '{"input_toks": 64, "output_toks": 256, "arrival_time_ns": 347938951, "input_tok_ids": []}\n',
    );
    expect(rowsOf(table)).toEqual([
      [0, 128, 512],
      [0.301012143, 64, 256],
    ]);
  });

  const arrivals = { process: { kind: "constant", ratePerSecond: 2 }, seed: 1 } as const;

  test.each([
    "input_tokens,output_tokens\n5,6\n7,8\n",
    '{"prompt_len":5,"output_len":6}\n{"prompt_len":7,"output_len":8}',
  ])("a list of lengths arrives as an arrival process says: %j", (text) => {
    expect(rowsOf(read(text, { arrivals }).table)).toEqual([
      [0.5, 5, 6],
      [1, 7, 8],
    ]);
  });

  test("a list of lengths without an arrival process is refused, and so is a process for a trace that has arrivals", () => {
    expect(refusalOf(() => read("input_tokens,output_tokens\n5,6\n")).message).toContain("without arrivals");
    const text = "arrival_s,input_tokens,output_tokens\n0,1,1\n";
    expect(refusalOf(() => read(text, { arrivals })).message).toContain("arrivals of its own");
  });

  test("a list of lengths can be read for its lengths alone, which leaves other arrivals as they are", () => {
    const list = "input_tokens,output_tokens\n5,6\n7,8\n";
    expect(rowsOf(read(list, { lengthsOnly: true }).table)).toEqual([
      [0, 5, 6],
      [0, 7, 8],
    ]);
    expect(read(list, { lengthsOnly: true, arrivals })).toEqual(read(list, { arrivals }));
    const trace = "arrival_s,input_tokens,output_tokens\n0,1,1\n3,1,1\n";
    expect(read(trace, { lengthsOnly: true })).toEqual(read(trace));
  });
});
