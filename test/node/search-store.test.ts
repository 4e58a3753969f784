import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { queryStore, SearchStore, type StudyFacts } from "../../src/node/search-store.ts";
import type { StoredEvaluation } from "../../src/search/store.ts";
import { inputErrorOf } from "../scenario/memory-files.ts";

const FACTS: StudyFacts = {
  study: "s1",
  scenario: "chat",
  model: "m",
  version: "1.2.3",
  space: [{ path: "device.cores" }],
};

const refused = (design: string): StoredEvaluation => ({
  job: { design, fidelity: "estimate", settings: [["device.cores", 8]] },
  evaluation: { kind: "refused", constraint: "area", problem: "too large" },
});

let folder = "";
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "ador-store-")), "deep", "er");
});
afterEach(() => {
  rmSync(join(folder, "../.."), { recursive: true, force: true });
});

const using = <T>(work: (store: SearchStore) => T, facts = FACTS): T => {
  const store = new SearchStore(folder, facts);
  try {
    return work(store);
  } finally {
    store.close();
  }
};

describe("the store of a search", () => {
  test("knows after it was closed what was saved, in the study that saved it alone", () => {
    using((store) => {
      store.save([refused("a"), refused("b")]);
    });
    using((store) => {
      expect(store.find("a", "estimate")).toEqual(refused("a").evaluation);
      expect(store.find("a", "full")).toBeUndefined();
      expect(store.found).toEqual({ own: 2, others: 0 });
    });
    using(
      (store) => {
        expect(store.find("a", "estimate")).toBeUndefined();
        expect(store.found).toEqual({ own: 0, others: 2 });
      },
      { ...FACTS, study: "s2", version: "2.0.0" },
    );
  });

  test("keeps the first of two equal evaluations", () => {
    using((store) => {
      store.save([refused("a")]);
      store.save([refused("a")]);
    });
    expect(queryStore(folder, "SELECT count(*) AS n FROM evaluations")).toEqual({
      columns: ["n"],
      rows: [[1]],
    });
  });

  test("answers queries by its documented tables while a search has it open", () => {
    using((store) => {
      store.save([refused("a")]);
      const sql = "SELECT study, scenario, version FROM studies";
      expect(queryStore(folder, sql)).toEqual({
        columns: ["study", "scenario", "version"],
        rows: [["s1", "chat", "1.2.3"]],
      });
      expect(queryStore(folder, "SELECT design, goodput_at_slo_rps FROM results").rows).toEqual([]);
    });
  });

  test("lets nobody write by a query, and says what is wrong with one", () => {
    using(() => undefined);
    expect(inputErrorOf(() => queryStore(folder, "DELETE FROM evaluations")).message).toMatch(
      /a query only reads|readonly/,
    );
    expect(inputErrorOf(() => queryStore(folder, "SELECT 1 FROM nowhere")).message).toContain(
      "no such table",
    );
    expect(inputErrorOf(() => queryStore(join(folder, "none"), "SELECT 1")).message).toContain(
      "no such store",
    );
  });

  test("is used by one search at a time, and free again when that ends", () => {
    using(() => {
      expect(inputErrorOf(() => new SearchStore(folder, FACTS)).message).toContain(
        "another search works on this folder",
      );
    });
    using(() => undefined);
  });

  test("says so when the file is no database", () => {
    using(() => undefined);
    writeFileSync(join(folder, "store.db"), "not a database, whatever its name says ".repeat(40));
    for (const suffix of ["-wal", "-shm"]) rmSync(join(folder, `store.db${suffix}`), { force: true });
    const { message } = inputErrorOf(() => new SearchStore(folder, FACTS));
    expect(message).toContain("cannot open the store");
    expect(existsSync(join(folder, "store.db"))).toBe(true);
    rmSync(join(folder, "store.db"));
    using(() => undefined); // The attempt left no lock.
  });
});
