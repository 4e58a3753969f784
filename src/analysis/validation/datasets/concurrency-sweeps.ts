import { Unmodelled, type Dataset } from "../dataset.ts";

/** Serving under so many clients with one request in flight each (ai-dynamo/aiconfigurator). */
export const concurrencySweeps: Dataset = {
  name: "e2e-concurrency-sweeps",
  title: "Serving at fixed concurrency",
  goals: {},
  columns: ["gpu", "backend", "model", "weights", "isl", "osl", "concurrency", "ttft_ms", "tpot_ms"],
  comparer: () => (row) => {
    throw new Unmodelled(row.text("gpu"), row.text("model"), "whole runs: ador validate-e2e");
  },
};
