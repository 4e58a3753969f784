import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestName } from "../../src/core/nearest-name.ts";

const KEYS = ["max_num_seqs", "max_model_len", "max_num_batched_tokens", "block_size", "router"];

test.each([
  ["a letter too few", "max_num_seq", "max_num_seqs"],
  ["a letter too many", "blocck_size", "block_size"],
  ["a wrong letter", "rauter", "router"],
  ["two letters exchanged", "ruoter", "router"],
  ["another case", "Max_Model_Len", "max_model_len"],
  ["another separator", "max-num-batched-tokens", "max_num_batched_tokens"],
])("finds the name behind %s", (_slip, written, meant) => {
  expect(nearestName(written, KEYS)).toBe(meant);
});

test.each(["speculation", "x", "", "kv"])("suggests nothing for %j, which is near to none", (written) => {
  expect(nearestName(written, KEYS)).toBeUndefined();
});

test("two letters that share nothing with a name do not suggest it", () => {
  expect(nearestName("xy", ["tp", "pp"])).toBeUndefined();
  expect(nearestName("tq", ["pp", "tp"])).toBe("tp");
});

test("a name that begins as written comes before one that merely looks like it", () => {
  expect(nearestName("a100", ["h100", "a100-80gb"])).toBe("a100-80gb");
});

test("an exchange of neighbours counts as one slip, nearer than two wrong letters", () => {
  expect(nearestName("ba_cde", ["xx_cde", "ab_cde"])).toBe("ab_cde");
});

test("of equally near names the first one is suggested", () => {
  expect(nearestName("rate", ["raze", "rake"])).toBe("raze");
});

test("a very long text suggests nothing", () => {
  expect(nearestName("x".repeat(10_000_000), KEYS)).toBeUndefined();
});

test("any single slip in a long enough name is undone", () => {
  const name = "gpu_memory_utilization";
  const slip = fc.record({
    at: fc.integer({ min: 0, max: name.length - 1 }),
    removed: fc.integer({ min: 0, max: 1 }),
    inserted: fc.string({ maxLength: 1 }),
  });
  fc.assert(
    fc.property(slip, ({ at, removed, inserted }) => {
      const written = name.slice(0, at) + inserted + name.slice(at + removed);
      expect(nearestName(written, [...KEYS, name])).toBe(name);
    }),
  );
});
