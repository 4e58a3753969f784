import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { needsShared, sharedPath } from "../support/needs.ts";
import { ador, ROOT, workFolder } from "./ador.ts";

type Tree = Readonly<Record<string, unknown>>;
interface Confirmed {
  readonly device: string;
  readonly result: string;
  readonly difference: number;
  readonly interval_95: { readonly low: number };
  readonly sections: number;
}

/** `cores: 8, noc: { topology: ring }` as paths with their values. */
function flat(tree: Tree, path: string): [string, unknown][] {
  return Object.entries(tree).flatMap(([name, value]): [string, unknown][] =>
    typeof value === "object" ? flat(value as Tree, `${path}.${name}`) : [[`${path}.${name}`, value]],
  );
}

const { systems } = parse(readFileSync(join(ROOT, "scenarios/found-design.yaml"), "utf8")) as {
  systems: { found: { device: Tree; serving: Tree } };
};
const { base: _base, name: _name, ...device } = systems.found.device;
const settings = flat(device, "device").filter(([path]) => path !== "device.local_sram_bytes_per_cycle");
/** The bundled search with no other choice than the design that it found. */
const NO_CHOICE = {
  space: Object.fromEntries(settings.map(([path, value]) => [path, [value]])),
  ...{ strategy: "grid", refinements: 0, compare_with: ["ador-recalled"] },
};
const folder = workFolder();

function confirmed(out: string, ...args: string[]): Confirmed {
  const { code, stdout, stderr } = ador([
    ...["explore", "scenarios/explore/azure-conv-llama3-8b.yaml", "--out", join(folder, out), "--json"],
    ...["--set", `explore=${JSON.stringify(NO_CHOICE)}`, ...args],
  ]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { confirmed: all } = JSON.parse(stdout) as { confirmed: Confirmed[] };
  return all.find(({ result }) => result === "goodput_per_mm2")!;
}

test("the design that was found beats the one it set out from on requests that the search never saw", () => {
  const { device: name, difference, interval_95: interval, sections } = confirmed("bundled");
  expect({ name, sections }).toEqual({ name: "ador-recalled", sections: 10 });
  expect(difference).toBeGreaterThan(0);
  expect(interval.low).toBeGreaterThan(0);
}, 120_000);

needsShared("traces-real/azure-2023-conv.csv")(
  "and on the real hour of which it was found, surely",
  () => {
    const { difference, interval_95: interval } = confirmed(
      ...(["real", "--trace", sharedPath("traces-real/azure-2023-conv.csv")] as const),
    );
    expect(difference).toBeGreaterThan(0);
    expect(interval.low).toBeGreaterThan(0);
  },
  120_000,
);
