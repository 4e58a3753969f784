import { azureCase, runCase } from "./azure-case.ts";

// The first simulation of this process, timed: `node dist/bench/cold-azure.js REPLICAS BUDGET` prints seconds.
const [replicas, budget] = process.argv.slice(2).map(Number);
const prepared = await azureCase(replicas!, budget!);
const start = performance.now();
runCase(prepared, "fast-forward");
console.log((performance.now() - start) / 1e3);
