// Loaded into the program and its threads by NODE_OPTIONS=--require=…: wraps what works designs out in a thread, so that
// it notes what it did, hangs or dies on the way. ADOR_SPY tells: {log: file, kill | end | hang: "fidelity/design"}; the
// start of such a name stands for all that begin with it.
const { appendFileSync } = require("node:fs");
const Module = require("node:module");
const process = require("node:process");

const { log, kill, end, hang } = JSON.parse(process.env.ADOR_SPY);

const nameOf = ({ fidelity, design }) => `${fidelity}/${design}`;
const concerns = (jobs, start) => start !== undefined && jobs.some((job) => nameOf(job).startsWith(start));

const spied = (evaluateJobs) => (jobs) => {
  if (concerns(jobs, kill)) process.kill(process.pid, "SIGKILL");
  if (concerns(jobs, end)) process.exit(1); // Of the thread alone.
  if (concerns(jobs, hang)) {
    appendFileSync(log, "hangs\n");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
  const evaluations = evaluateJobs(jobs);
  appendFileSync(log, jobs.map((job) => `${nameOf(job)}\n`).join(""));
  return evaluations;
};

const load = Module._load;
Module._load = function (request, ...rest) {
  const exported = load.call(this, request, ...rest);
  return String(request).endsWith("evaluation-worker.js") ? spied(exported.default) : exported;
};
