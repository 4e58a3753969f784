/** A formula that an estimate rests on. */
export interface QueueingModel {
  /** What it is used for. */
  readonly quantity: string;
  readonly model: string;
  readonly source: string;
  /** How far it holds. */
  readonly validity: string;
}

/** Every formula of an estimate, in the order in which they build on each other. */
export const QUEUEING_MODELS: readonly QueueingModel[] = [
  {
    quantity: "steps with prompts",
    model: "batch-service queue: a step takes all that waits, up to the token budget",
    source: "Bailey, J. Royal Statistical Society B 16(1), 1954; Inoue, Performance Evaluation 147, 2021",
    validity: "any load below saturation; arrivals within a step taken as Poisson",
  },
  {
    quantity: "wait for other prompts",
    model: "M/G/1 with the prefill as the server and decode-only steps as its vacations",
    source:
      "Pollaczek-Khinchine; bursts by Fendick and Whitt, Proc. IEEE 77(1), 1989; vacations by Fuhrmann and Cooper, Operations Research 33(5), 1985",
    validity: "first come first served; bursts dealt out evenly by the router",
  },
  {
    quantity: "batch and time between tokens",
    model:
      "processor sharing whose speed depends on the batch, a product form; fixed point of batch and step time",
    source: "Cohen, Acta Informatica 12, 1979",
    validity:
      "batches that change slowly beside steps; replicas that a router keeps even, or that chance loads",
  },
  {
    quantity: "wait for a seat",
    model: "states beyond max_num_seqs or the KV cache as a line before all seats",
    source: "M/M/c with the variability of Allen and Cunneen, 1978",
    validity: "few requests wait; preemption and its recomputation are left out",
  },
  {
    quantity: "saturation",
    model:
      "flow balance of prompts and answers in a full step, or of answers that end and prompts that start",
    source: "bottleneck analysis: Denning and Buzen, Computing Surveys 10(3), 1978",
    validity:
      "within some 5 %; too high by up to 30 % where the KV cache is the limit and requests are preempted",
  },
  {
    quantity: "TTFT percentiles",
    model: "each stratum of prompts behind an exponential wait",
    source: "Kingman, Proc. Cambridge Phil. Soc. 57, 1961 (heavy traffic)",
    validity: "up to p99 at loads below 0.85; above, a run of finite length decides",
  },
  {
    quantity: "TBT percentiles",
    model: "decode-only and mixed steps as often as they come, at the batches that tokens meet",
    source: "the fixed point above",
    validity:
      "percentiles that fall on the edge between the two kinds of steps may jump from one to the other",
  },
  {
    quantity: "rates that wander",
    model: "pointwise stationary approximation over five levels",
    source: "Green and Kolesar, Management Science 37(1), 1991",
    validity: "changes slower than the queues; an overload that passes is taken as 98 % of saturation",
  },
  {
    quantity: "users who wait for answers",
    model: "interactive response time law, N = X (Z + R)",
    source: "Denning and Buzen, Computing Surveys 10(3), 1978",
    validity: "many users; the variance of a closed population, which is smaller, is left out",
  },
];
