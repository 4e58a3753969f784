import { join } from "node:path";
import { beforeAll, describe, expect } from "vitest";
import { needsRedis, RedisServer } from "../support/redis.ts";
import { SMALL_SEARCH } from "../support/small-search.ts";
import { queryStore } from "../../src/node/search-store.ts";
import { ador, workFolder } from "./ador.ts";
import { Background, notesIn, resultsIn, spying, storedIn, until } from "./searches.ts";

describe("a search whose designs are worked out through a queue", () => {
  const folder = workFolder({ "search.yaml": SMALL_SEARCH });
  const at = (name: string) => join(folder, name);
  const command = (out: string, ...args: string[]) => ["explore", "search.yaml", "--out", out, ...args];
  const search = (out: string, { url }: RedisServer, ...args: string[]) =>
    new Background(command(out, "--engine", url, ...args), folder);
  const work = ({ url }: RedisServer, env = {}) =>
    new Background(["worker", url, "--threads", "1"], folder, { env });
  let whole: Record<string, string> = {};

  beforeAll(() => {
    expect(ador(command("whole", "--workers", "2", "--quiet"), { cwd: folder }).code).toBe(0);
    whole = resultsIn(at("whole"));
  });

  needsRedis("comes to the same bytes with one worker and with three, whoever is there first", async () => {
    const server = await RedisServer.start();
    const early = search("one", server);
    await early.says("no worker of ador");
    const worker = work(server);
    expect(await early.ended).toBe(0);
    expect(resultsIn(at("one"))).toEqual(whole);
    work(server);
    work(server);
    expect(await search("three", server).ended).toBe(0);
    expect(resultsIn(at("three"))).toEqual(whole);
    worker.process.kill("SIGINT");
    expect(await worker.ended).toBe(0);
  });

  needsRedis(
    "goes on with another worker within seconds when one is killed in the middle of a batch",
    async () => {
      const server = await RedisServer.start();
      const log = at("killed.log");
      const victim = work(server, spying({ log, hang: "slice" }));
      const running = search("killed", server);
      await until(() => notesIn(log).includes("hangs"), "the worker to be at work");
      victim.process.kill("SIGKILL");
      const killed = performance.now();
      work(server);
      expect(await running.ended).toBe(0);
      expect(performance.now() - killed).toBeLessThan(30_000);
      expect(resultsIn(at("killed"))).toEqual(whole);
    },
  );

  needsRedis("waits for a queue server that is gone, says so once, and goes on when it is back", async () => {
    const server = await RedisServer.start();
    const log = at("server.log");
    work(server, spying({ log }));
    const running = search("server", server);
    await until(() => storedIn(at("server")).length >= 5, "the first evaluations");
    await server.kill();
    await running.says("is not there");
    await server.start();
    expect(await running.ended).toBe(0);
    expect(running.stderr.match(/is not there/g)).toHaveLength(1);
    expect(resultsIn(at("server"))).toEqual(whole);
  });

  needsRedis(
    "finds after a kill what its workers went on with, so that nothing is worked out twice",
    async () => {
      const server = await RedisServer.start();
      const log = at("resumed.log");
      work(server, spying({ log }));
      const first = search("resumed", server);
      await until(() => storedIn(at("resumed")).length >= 5, "the first evaluations");
      first.process.kill("SIGKILL");
      await first.ended;
      expect(await search("resumed", server).ended).toBe(0);
      expect(resultsIn(at("resumed"))).toEqual(whole);
      const done = notesIn(log);
      expect(new Set(done).size).toBe(done.length);
      expect(done.sort()).toEqual(storedIn(at("resumed")));
    },
  );

  needsRedis("refuses a design that ends whoever works on it, and goes on with the others", async () => {
    const server = await RedisServer.start();
    const out = at("poisoned");
    const kill = storedIn(at("whole")).find((name) => name.startsWith("slice/"))!;
    const running = search("poisoned", server);
    // As many workers as the design may cost, in a batch and by itself, and one that outlives it.
    const lost = [1, 2, 3, 4, 5, 6, 7].map(() => work(server, spying({ log: at("poisoned.log"), kill })));
    const [first] = await Promise.all([Promise.race(lost.map(({ ended }) => ended)), running.ended]);
    expect(first).toBe("SIGKILL");
    expect(await running.ended).toBe(0);
    const { rows } = queryStore(
      out,
      "SELECT fidelity || '/' || design, evaluation ->> '$.problem' FROM evaluations WHERE evaluation ->> '$.constraint' = 'error'",
    );
    expect(rows).toEqual([[kill, expect.stringMatching(/vanish again and again/)]]);
    expect(storedIn(out).length).toBeGreaterThan(0.8 * storedIn(at("whole")).length);
  });

  needsRedis("serves two searches at once, and leaves nothing of one that is stopped by Ctrl-C", async () => {
    const server = await RedisServer.start();
    work(server);
    const [one, two] = [search("first", server), search("second", server, "--set", "seed=2")];
    await until(() => storedIn(at("second")).length >= 3, "evaluations of the second");
    two.process.kill("SIGINT");
    expect(await two.ended).toBe(130);
    expect(two.stderr).toContain(
      `to go on: ador explore search.yaml --out second --engine ${server.url} --set seed=2`,
    );
    expect(await one.ended).toBe(0);
    expect(resultsIn(at("first"))).toEqual(whole);
    expect(await search("second", server, "--set", "seed=2").ended).toBe(0);
    expect(ador(command("alone", "--set", "seed=2", "--quiet"), { cwd: folder }).code).toBe(0);
    expect(resultsIn(at("second"))).toEqual(resultsIn(at("alone")));
  });
});
