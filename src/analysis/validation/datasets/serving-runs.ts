import { Unmodelled, type Dataset } from "../dataset.ts";
import { readRecordedRun, RUNS_FOLDER } from "../end-to-end/recorded-run.ts";
import { replayRun } from "../end-to-end/replay-run.ts";
import { ServedSystems } from "../end-to-end/served-systems.ts";
import { MeasuredSystems } from "../systems.ts";

/** Whole runs of vLLM under a recorded load (casys-kaist/LLMServingSim), replayed: their means. */
export const servingRuns: Dataset = {
  name: "e2e-runs-summary",
  title: "Serving runs",
  goals: {},
  columns: ["run", "gpu", "model", "tp", "ttft_mean_ms", "tpot_mean_ms", "e2e_mean_ms"],
  comparer: (_, folder) => {
    const [systems, names] = [new ServedSystems(), new MeasuredSystems()];
    return (row) => {
      const [device, model, run] = [row.text("gpu"), row.text("model"), row.text("run")];
      if (!folder.foldersIn(RUNS_FOLDER).includes(run))
        throw new Unmodelled(device, model, `no requests.csv and config.json of ${run}`);
      const { predicted, run: recorded } = replayRun(readRecordedRun(folder, run), systems);
      return (["ttft", "tpot", "e2e"] as const).map((metric) => ({
        ...{ device, preset: names.device(device).name, model, operator: `mean_${metric}` },
        shape: `tp=${row.text("tp")} requests=${recorded.requests.length}`,
        ...{ metric: "latency", target: false },
        measured: row.positive(`${metric}_mean_ms`) / 1e3,
        predicted: predicted[metric].mean ?? NaN,
      }));
    };
  },
};
