import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { keyPlaceOf, locatedAt, parseLocated, placeOf, toPlain } from "../../src/scenario/located.ts";
import { mergeLocated } from "../../src/scenario/merge.ts";
import { inputErrorOf } from "./memory-files.ts";

const jsonTree = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie("tree"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).tree;
const jsonMap = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), jsonTree, {
  maxKeys: 4,
  noNullPrototype: true,
});

describe("located YAML", () => {
  test("holds the same values as the text it came from", () => {
    fc.assert(
      fc.property(jsonTree, (tree) => {
        expect(toPlain(parseLocated(stringify(tree), "f.yaml"))).toEqual(tree);
      }),
    );
  });

  test("every value and key knows its line and column", () => {
    const root = parseLocated("a: 1\nb:\n  - x\n  - { c: yes, d: [2] }\n", "f.yaml");
    expect(placeOf(root, ["b", 1, "c"])).toEqual({ file: "f.yaml", line: 4, column: 10 });
    expect(placeOf(root, ["b", 1, "d", 0])).toEqual({ file: "f.yaml", line: 4, column: 19 });
    expect(keyPlaceOf(root, ["b", 1, "c"])).toEqual({ file: "f.yaml", line: 4, column: 7 });
    expect(placeOf(root, ["b", 1, "nowhere", "deep"])).toEqual({ file: "f.yaml", line: 4, column: 5 });
  });

  test("aliases stand for what they name", () => {
    const root = parseLocated("base: &b { x: 1 }\ncopy: *b\n", "f.yaml");
    expect(toPlain(locatedAt(root, ["copy"])!)).toEqual({ x: 1 });
  });

  test("an alias that contains itself is refused", () => {
    expect(inputErrorOf(() => parseLocated("a: &a [*a]\n", "f.yaml")).message).toContain("nested too deeply");
  });

  test("an empty document is an empty map", () => {
    expect(toPlain(parseLocated("# nothing\n", "f.yaml"))).toEqual({});
  });
});

describe("merging", () => {
  const merge = (base: unknown, over: unknown): unknown =>
    toPlain(mergeLocated(parseLocated(stringify(base), "base"), parseLocated(stringify(over), "over")));

  test("a map laid on itself, or on nothing, stays as it is", () => {
    fc.assert(
      fc.property(jsonMap, (map) => {
        expect(merge(map, map)).toEqual(map);
        expect(merge({}, map)).toEqual(map);
        expect(merge(map, {})).toEqual(map);
      }),
    );
  });

  test("what the upper map says holds, and what it does not say is kept", () => {
    fc.assert(
      fc.property(jsonMap, jsonMap, (base, over) => {
        const merged = merge(base, over) as Record<string, unknown>;
        expect(new Set(Object.keys(merged))).toEqual(new Set([...Object.keys(base), ...Object.keys(over)]));
        for (const key of Object.keys(merged)) {
          if (!(key in over)) expect(merged[key]).toEqual(base[key]);
          else if (!(key in base)) expect(merged[key]).toEqual(over[key]);
        }
      }),
    );
  });

  test.each([
    [
      "a device by name is refined by a map",
      { device: "x" },
      { device: { cores: 2 } },
      { device: { base: "x", cores: 2 } },
    ],
    [
      "a new base device starts afresh",
      { device: { base: "x", cores: 2 } },
      { device: { base: "y" } },
      { device: { base: "y" } },
    ],
    ["a device name replaces a map", { device: { base: "x", cores: 2 } }, { device: "y" }, { device: "y" }],
    [
      "one format for all is refined",
      { precision: "bf16" },
      { precision: { kv: "fp8" } },
      { precision: { weights: "bf16", experts: "bf16", kv: "fp8", activations: "bf16" } },
    ],
    [
      "a trace replaces a synthetic workload",
      { workload: { synthetic: { requests: 1 } } },
      { workload: { trace: "t" } },
      { workload: { trace: "t" } },
    ],
    [
      "another trace keeps the transforms",
      { workload: { trace: "s", transforms: [1] } },
      { workload: { trace: "t" } },
      { workload: { trace: "t", transforms: [1] } },
    ],
    [
      "another process leaves nothing of the former",
      { arrivals: { process: "gamma", burstiness: 2 } },
      { arrivals: { process: "poisson" } },
      { arrivals: { process: "poisson" } },
    ],
    [
      "a parameter of the same process is refined",
      { arrivals: { process: "gamma", burstiness: 2 } },
      { arrivals: { burstiness: 1 } },
      { arrivals: { process: "gamma", burstiness: 1 } },
    ],
  ])("%s", (_what, base, over, expected) => {
    expect(merge(base, over)).toEqual(expected);
  });
});
