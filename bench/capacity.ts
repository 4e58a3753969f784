import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { AZURE_SCENARIO, AZURE_TRACE } from "./azure-case.ts";
import { printTable } from "./table.ts";

const AIM_SECONDS = 10;
const MAIN = resolve(process.cwd(), "dist/bundle/main.js");

interface Answer {
  readonly systems: Readonly<
    Record<string, { readonly capacity: number; readonly trials: readonly unknown[] }>
  >;
}

/** `ador capacity` from start to end on the Azure conversation trace, with intervals at every load tried. */
export function benchCapacity(): void {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [MAIN, "capacity", AZURE_SCENARIO, "--trace", AZURE_TRACE, "--slo", "ttft_p99=1s,tbt_p99=50ms", "--json"],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  const seconds = (performance.now() - started) / 1e3;
  if (status !== 0) throw new Error(stderr);
  const [system] = Object.values((JSON.parse(stdout) as Answer).systems);
  printTable(
    `Capacity of two replicas on the Azure conversation trace, whole process; aim ${AIM_SECONDS} s on 2 cores`,
    ["capacity", "loads tried", "time"],
    [
      [
        `${system!.capacity.toFixed(2)} requests/s`,
        String(system!.trials.length),
        `${seconds.toFixed(1)} s (${seconds < AIM_SECONDS ? "met" : "missed"})`,
      ],
    ],
  );
}
