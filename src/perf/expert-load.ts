/**
 * How tokens spread over the routed experts of a layer:
 * - `balanced`: dealt out evenly, each to the experts that have had least, as load-balanced benchmarks do;
 * - `uniform`: every expert is equally likely for every token, so that some get more by chance and some none;
 * - `zipf`: the popularity of the r-th expert falls as r^-exponent;
 * - `power-law`: the loads of the experts are quantiles of a density x^-exponent between one token and 80 % of all
 *   (ai-dynamo/aiconfigurator, collector for MoE kernels).
 */
export type ExpertSkew =
  | { readonly kind: "balanced" }
  | { readonly kind: "uniform" }
  | { readonly kind: "zipf"; readonly exponent: number }
  | { readonly kind: "power-law"; readonly exponent: number };

/** Classes into which experts of unequal load are put: as many evaluations of the cost model. */
const LOAD_CLASSES = 8;

/** Share of all tokens that the busiest expert of a power law is given. */
const POWER_LAW_TOP_SHARE = 0.8;

/** Experts of one device that have work in a step, by load. */
export interface ExpertLoad {
  readonly classes: readonly { readonly experts: number; readonly tokens: number }[];
}

export interface ExpertRouting {
  readonly experts: number;
  readonly expertsPerToken: number;
  readonly expertParallel: number;
  readonly skew: ExpertSkew;
}

/**
 * Expected load of the experts of the busiest device when `tokens` ≥ 1 tokens choose `expertsPerToken` experts each.
 * Experts are dealt to the devices in order of popularity, round and round, which is how expert balancers place them.
 * Token counts are expectations and need not be whole; each is at least 1, since an expert without tokens is not read.
 */
export function expertLoad(routing: ExpertRouting, tokens: number): ExpertLoad {
  const { experts, expertsPerToken, expertParallel, skew } = routing;
  const mine = experts / expertParallel;
  const choices = tokens * expertsPerToken;
  switch (skew.kind) {
    case "balanced": {
      const myChoices = Math.ceil(choices / expertParallel);
      const active = Math.min(mine, myChoices);
      return { classes: [{ experts: active, tokens: myChoices / active }] };
    }
    case "uniform": {
      const active = mine * (1 - (1 - expertsPerToken / experts) ** tokens);
      return { classes: [{ experts: active, tokens: choices / expertParallel / active }] };
    }
    default:
      return { classes: classesOf(busiestChances(routing, tokens), tokens) };
  }
}

/** Probability that a token chooses each expert of the busiest device, falling. */
function busiestChances(routing: ExpertRouting, tokens: number): number[] {
  const { experts, expertsPerToken, expertParallel, skew } = routing;
  const weights = Array.from({ length: experts }, (_, rank) => weightOf(skew, rank, experts, tokens));
  let rest = weights.reduce((sum, weight) => sum + weight, 0);
  // A token chooses an expert at most once: what the most popular cannot take goes to the others.
  let certain = 0;
  while (((expertsPerToken - certain) * weights[certain]!) / rest > 1) rest -= weights[certain++]!;
  const chances = weights.map((weight, rank) =>
    rank < certain ? 1 : ((expertsPerToken - certain) * weight) / rest,
  );
  return chances.filter((_, rank) => rank % expertParallel === 0);
}

/** Popularity of an expert relative to the others, falling with its rank from 0. */
function weightOf(skew: ExpertSkew, rank: number, experts: number, tokens: number): number {
  if (skew.kind === "zipf") return (rank + 1) ** -skew.exponent;
  if (skew.kind !== "power-law") return 1;
  const quantile = 1 - (rank + 0.5) / experts;
  const top = Math.max(2, POWER_LAW_TOP_SHARE * tokens);
  const power = 1 - skew.exponent;
  // The inverse of ∫ x^-exponent dx, whose limit at exponent 1 is an exponential.
  if (Math.abs(power) < 1e-9) return top ** quantile;
  return ((top ** power - 1) * quantile + 1) ** (1 / power);
}

/** Experts of similar load as one class; an expert is chosen at all with the probability 1 − (1 − p)^tokens. */
function classesOf(chances: readonly number[], tokens: number) {
  const size = Math.ceil(chances.length / LOAD_CLASSES);
  const classes: { experts: number; tokens: number }[] = [];
  for (let from = 0; from < chances.length; from += size) {
    let active = 0;
    let load = 0;
    for (const chance of chances.slice(from, from + size)) {
      active += 1 - (1 - chance) ** tokens;
      load += chance * tokens;
    }
    classes.push({ experts: active, tokens: load / active });
  }
  return classes;
}
