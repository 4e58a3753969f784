import { azureCase, runCase, type Case } from "./azure-case.ts";
import { median, printTable } from "./table.ts";

const RUNS = 25;

/** What it costs to know what first tokens and long gaps waited for, warm and in turns. */
export async function benchAttribution(): Promise<void> {
  const rows: string[][] = [];
  for (const budget of [512, 2048]) {
    const plain = await azureCase(4, budget);
    const watched: Case = { ...plain, config: { ...plain.config, attribution: true } };
    const seconds: [number[], number[]] = [[], []];
    let explained = 0;
    for (let run = 0; run < RUNS; run++) {
      for (const [i, which] of [plain, watched].entries()) {
        const start = performance.now();
        const { attribution } = runCase(which, "fast-forward");
        seconds[i]!.push((performance.now() - start) / 1e3);
        explained = attribution?.order.length ?? explained;
      }
    }
    if (explained < plain.table.length)
      throw new Error(`${explained} rows for ${plain.table.length} requests`);
    const [without, withCauses] = [median(seconds[0]), median(seconds[1])];
    rows.push([
      String(budget),
      explained.toLocaleString("en-US"),
      `${(without * 1e3).toFixed(1)} ms`,
      `${(withCauses * 1e3).toFixed(1)} ms`,
      `+${((withCauses / without - 1) * 100).toFixed(0)} %`,
    ]);
  }
  printTable("Attribution on 4 replicas", ["budget", "rows", "without", "with causes", "cost"], rows);
}
