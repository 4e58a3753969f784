import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { benchAttribution } from "./attribution.ts";
import { benchAzure } from "./azure.ts";
import { benchCapacity } from "./capacity.ts";
import { benchCostModel } from "./cost-model.ts";
import { benchEstimate } from "./estimate.ts";
import { benchLowLoad } from "./low-load.ts";
import { benchSearchEngines } from "./search-engines.ts";
import { benchWholeSearch } from "./search-whole.ts";
import { benchSearch } from "./search.ts";
import { benchWholeProcess } from "./whole-process.ts";

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}`);
await benchAzure();
await benchAttribution();
await benchLowLoad();
for (const alone of ["million.js", "fleet.js"]) {
  execFileSync(process.execPath, [resolve(import.meta.dirname, alone)], { stdio: "inherit" });
}
benchWholeProcess();
await benchCostModel();
await benchEstimate();
benchCapacity();
await benchSearch();
await benchSearchEngines();
benchWholeSearch();
