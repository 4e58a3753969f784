import { spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { randomStream } from "../../src/core/random.ts";
import { SMALL_SEARCH } from "../support/small-search.ts";
import { ador, MAIN, workFolder } from "./ador.ts";
import { Background, notesIn, resultsIn, spying, storedIn, until, WILD_CLOCK } from "./searches.ts";

const KILLS = 50;

describe("a search that something happens to", () => {
  const folder = workFolder({ "search.yaml": SMALL_SEARCH });
  const at = (name: string) => join(folder, name);
  const command = (out: string, ...args: string[]) => [
    "explore",
    "search.yaml",
    "--out",
    out,
    "--workers",
    "1",
    "--quiet",
    ...args,
  ];
  const explore = (out: string) => ador(command(out), { cwd: folder });
  let whole: Record<string, string> = {};
  /** Of a search that knows everything already. */
  let resumedMilliseconds = 0;

  beforeAll(() => {
    expect(explore("whole")).toEqual({ code: 0, stdout: "", stderr: "" });
    const from = performance.now();
    expect(explore("whole").code).toBe(0);
    resumedMilliseconds = performance.now() - from;
    whole = resultsIn(at("whole"));
  });

  test(`comes to the same bytes after ${KILLS} kills at random instants, with nothing kept worked out again`, async () => {
    const random = randomStream(1, "kills");
    const log = at("kills.log");
    const env = spying({ log });
    let kills = 0;
    for (let attempt = 0; kills < KILLS; attempt++) {
      expect(attempt).toBeLessThan(3 * KILLS);
      const kept = new Set(storedIn(at("killed")));
      rmSync(log, { force: true });
      const search = new Background(command("killed"), folder, { env });
      const timer = setTimeout(
        () => search.process.kill("SIGKILL"),
        random() * 1.3 * resumedMilliseconds, // From before it starts to after it is done, had it nothing to do.
      );
      const end = await search.ended;
      clearTimeout(timer);
      expect(["SIGKILL", 0]).toContain(end);
      if (end === "SIGKILL") kills++;
      expect(notesIn(log).filter((evaluation) => kept.has(evaluation))).toEqual([]);
    }
    expect(explore("killed").code).toBe(0);
    expect(resultsIn(at("killed"))).toEqual(whole);
    expect(storedIn(at("killed"))).toEqual(storedIn(at("whole")));
  });

  test("keeps others out of its folder while it lives, and not when it was killed", async () => {
    const log = at("busy.log");
    const first = new Background(command("busy"), folder, { env: spying({ log, hang: "slice" }) });
    await until(() => notesIn(log).includes("hangs"), "the first search to be at work");
    const kept = storedIn(at("busy"));
    expect(explore("busy")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("another search works on this folder"),
    });
    first.process.kill("SIGKILL");
    await first.ended;
    expect(kept.length).toBeGreaterThan(0);
    expect(storedIn(at("busy"))).toEqual(kept);
    expect(explore("busy").code).toBe(0);
    expect(resultsIn(at("busy"))).toEqual(whole);
  });

  test("ends with what it has when the disk takes no more, and goes on when it does again", () => {
    const limited = (blocks: number) =>
      spawnSync(
        "bash",
        ["-c", `ulimit -f ${blocks}; exec "$@"`, "bash", process.execPath, MAIN, ...command("full")],
        {
          ...{ cwd: folder, encoding: "utf8" },
        },
      );
    expect(limited(64)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^cannot write full\/store.db: .*; what was saved before is kept\n$/),
    });
    const kept = storedIn(at("full")).length;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(storedIn(at("whole")).length);
    expect(explore("full").code).toBe(0);
    expect(resultsIn(at("full"))).toEqual(whole);
  });

  test("refuses a store that is none, is damaged or of another version, and leaves it as it is", () => {
    const refusal = (name: string, spoil: (database: string) => void) => {
      mkdirSync(at(name));
      const database = join(at(name), "store.db");
      copyFileSync(join(at("whole"), "store.db"), database);
      spoil(database);
      const { size } = statSync(database);
      const { code, stderr } = explore(name);
      expect({ code, size: statSync(database).size }).toEqual({ code: 2, size });
      expect(Object.keys(resultsIn(at(name)))).toEqual([]);
      return stderr;
    };
    const none = refusal("none", (database) => {
      writeFileSync(database, "no database at all ".repeat(300));
    });
    expect(none).toContain("none/store.db: cannot open the store");
    const damaged = refusal("damaged", (database) => {
      const file = openSync(database, "r+");
      writeSync(file, "damage ".repeat(3000), 16384);
      closeSync(file);
    });
    expect(damaged).toContain("damaged/store.db: the store is damaged");
    expect(
      ador(["store", "query", "SELECT * FROM evaluations", "--out", "damaged"], { cwd: folder }),
    ).toMatchObject({
      code: 2,
      stdout: "",
    });
    const other = refusal("other", (database) => {
      const opened = new Database(database);
      opened.exec("PRAGMA user_version = 99");
      opened.close();
    });
    expect(other).toContain("a store of another version of the program");
  });

  test("does not depend on the wall clock", () => {
    expect(ador(command("clock"), { cwd: folder, env: WILD_CLOCK })).toMatchObject({ code: 0 });
    expect(resultsIn(at("clock"))).toEqual(whole);
  });

  test("refuses a design that ends the thread that works on it, and goes on with the others", () => {
    const sliced = storedIn(at("whole")).filter((name) => name.startsWith("slice/"));
    const [poison] = sliced;
    const env = spying({ log: at("poison.log"), end: poison! });
    expect(ador(command("poison"), { cwd: folder, env })).toEqual({ code: 0, stdout: "", stderr: "" });
    const rows: Record<string, string>[] = parse(resultsIn(at("poison"))["candidates.csv"]!, {
      columns: true,
    });
    const [design] = rows.filter(({ candidate_id: id }) => poison === `slice/${id!}`);
    expect(design).toMatchObject({ feasible: "false", binding_constraint: "error", on_front: "false" });
    expect(storedIn(at("poison")).filter((name) => name.startsWith("slice/"))).toEqual(sliced);
  });
});
