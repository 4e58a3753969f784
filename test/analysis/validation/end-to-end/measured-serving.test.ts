import { expect } from "vitest";
import { quantileOfSorted } from "../../../../src/core/quantiles.ts";
import { validateServing } from "../../../../src/analysis/validation/end-to-end/validate-serving.ts";
import { openMeasurementFolder } from "../../../../src/node/measurement-folder.ts";
import { needsShared, sharedPath } from "../../../support/needs.ts";

const testOnData = needsShared("ground-truth/e2e-runs");

/** What is promised: largest error of the means of a run, and of the median system of the sweeps of dense models. */
const RUN_GOALS = { ttft_mean: 0.15, tpot_mean: 0.05, e2e_mean: 0.05 };
const SWEEP_GOALS = { ttft: 0.35, tpot: 0.12 };
const DENSE = /Llama-3\.1|Qwen3-32B/;

testOnData(
  "measured runs and sweeps are met within what is promised",
  () => {
    const { runs, summary } = validateServing(openMeasurementFolder(sharedPath("ground-truth")));
    // What is promised is promised of the model; runs on a profile stand beside it.
    const analytical = runs.filter(({ dataset }) => dataset.startsWith("e2e-runs/"));
    expect(analytical.length).toBeGreaterThan(0);
    for (const { dataset } of analytical) {
      for (const [metric, goal] of Object.entries(RUN_GOALS)) {
        const row = summary.find((known) => known.dataset === dataset && known.metric === metric)!;
        expect(Math.abs(row.error), `${dataset} ${metric}`).toBeLessThanOrEqual(goal);
      }
    }
    for (const [metric, goal] of Object.entries(SWEEP_GOALS)) {
      const errors = summary.filter((row) => row.metric === metric && DENSE.test(row.system));
      const sorted = Float64Array.from(errors, ({ mdape }) => mdape!).sort();
      expect(quantileOfSorted(sorted, 0.5), metric).toBeLessThanOrEqual(goal);
    }
  },
  120_000,
);
