/** What the paper reports over the A100 at large batch (J. Kim et al., arXiv 2503.04253, abstract). */
export const PUBLISHED = {
  /** "QoS"; a summary says that this is the TBT. */
  tbtRatio: 2.51,
  areaEfficiencyRatio: 4.01,
  source: "arXiv 2503.04253, abstract",
} as const;
