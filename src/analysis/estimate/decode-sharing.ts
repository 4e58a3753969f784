/**
 * Sequences that decode in a cluster, in equilibrium: node k stands for `stride` states around `sequences[k]`.
 */
export interface DecodeState {
  /** Sequences of all replicas at each node, ascending. */
  readonly sequences: readonly number[];
  /** Probability of each node over time; they add up to 1. */
  readonly shares: readonly number[];
  readonly meanSequences: number;
  /** Nobody decodes. */
  readonly idleShare: number;
  /** All seats are taken. */
  readonly fullShare: number;
  /** Mean wait of a request for a seat, in seconds; Infinity where seats never suffice. */
  readonly seatSeconds: number;
  /** Mean seconds between two tokens of a sequence. */
  readonly tokenSeconds: number;
}

/** Nodes of less weight than the largest times e^-13 are left out. */
const NEGLIGIBLE = -13;
/** Nodes for one standard deviation. */
const NODES_PER_DEVIATION = 3;

/**
 * Processor sharing with a speed that depends on the number of customers: each of n sequences gets a token every T(n)
 * seconds. In equilibrium n is distributed as the product over i ≤ n of λ·w·T(i)/i, w the mean tokens of a sequence,
 * whatever the distribution of the tokens (Cohen, "The multiple phase service network with generalized processor
 * sharing", Acta Informatica 12, 1979). Beyond the seats requests wait in line, as in M/M/1.
 */
export function shareDecoding(customers: DecodeTraffic): DecodeState {
  const { tokenRate, replicas, seats, stepSeconds, peakedness } = customers;
  const secondsAt = (sequences: number) => stepSeconds(Math.max(1, sequences / replicas));
  const growth = (sequences: number) => (tokenRate * secondsAt(sequences)) / sequences;
  const mode = modeOf(growth, seats);
  const stride = Math.max(1, Math.floor(Math.sqrt(mode * peakedness) / NODES_PER_DEVIATION));
  const start = Math.min(seats, Math.floor(mode));
  const sequences = [start];
  const logs = [0];
  for (let at = start, log = 0; at + stride <= seats;) {
    log += (stride * Math.log(growth(at + (stride + 1) / 2))) / peakedness;
    if (!(log > NEGLIGIBLE)) break;
    at += stride;
    sequences.push(at);
    logs.push(log);
  }
  const below: number[] = [];
  const belowLogs: number[] = [];
  for (let at = start, log = 0; at - stride >= 0;) {
    log -= (stride * Math.log(growth(at - stride + (stride + 1) / 2))) / peakedness;
    if (!(log > NEGLIGIBLE)) break;
    at -= stride;
    below.push(at);
    belowLogs.push(log);
  }
  return summarise(customers, [...below.reverse(), ...sequences], [...belowLogs.reverse(), ...logs], stride);
}

/** Who shares what. */
export interface DecodeTraffic {
  /** Tokens to be decoded, and requests, a second over all replicas. */
  readonly tokenRate: number;
  readonly requestRate: number;
  /** Replicas that share the sequences evenly, and the seats of all of them. */
  readonly replicas: number;
  readonly seats: number;
  /** Seconds between two tokens by sequences of one replica, at least 1. */
  readonly stepSeconds: (batch: number) => number;
  /** Variance over mean of the sequences were the speed constant: 1 for Poisson arrivals. */
  readonly peakedness: number;
  /** Mean of the squared coefficients of variation of arrivals and services, for the line before full seats. */
  readonly waitVariability: number;
}

function summarise(
  { tokenRate, requestRate, replicas, seats, stepSeconds, waitVariability }: DecodeTraffic,
  sequences: readonly number[],
  logs: readonly number[],
  stride: number,
): DecodeState {
  const secondsAt = (at: number) => stepSeconds(Math.max(1, at / replicas));
  const overflow = (tokenRate * secondsAt(seats)) / seats;
  const highest = logs.reduce((high, log) => Math.max(high, log), -Infinity);
  const weights = logs.map((log) => Math.exp(log - highest));
  const last = sequences.length - 1;
  const reachesSeats = sequences[last]! + stride > seats;
  // States beyond the seats form a geometric series; a node stands for `stride` states.
  const line = !reachesSeats
    ? 0
    : overflow < 1
      ? (weights[last]! / stride) * (overflow / (1 - overflow))
      : Infinity;
  const saturated = line === Infinity;
  const inner = weights.reduce((sum, weight) => sum + weight, 0);
  const total = saturated ? 1 : inner + line;
  const shares = saturated
    ? weights.map((_, i) => (i === last ? 1 : 0))
    : weights.map((weight, i) => (weight + (i === last ? line : 0)) / total);
  let meanSequences = 0;
  let tokenSeconds = 0;
  for (let i = 0; i < shares.length; i++) {
    meanSequences += shares[i]! * sequences[i]!;
    // A sequence sees the others as the time average does, and itself beside them.
    tokenSeconds += shares[i]! * secondsAt(Math.min(seats, sequences[i]! + 1));
  }
  const waiting = saturated ? Infinity : (line / total / (1 - overflow)) * waitVariability;
  return {
    sequences,
    shares,
    meanSequences,
    tokenSeconds,
    idleShare: sequences[0] === 0 ? shares[0]! : 0,
    fullShare: saturated ? 1 : (line + (reachesSeats ? weights[last]! / stride : 0)) / total,
    seatSeconds: line === 0 ? 0 : requestRate > 0 ? waiting / requestRate : 0,
  };
}

/** The most likely number of sequences: where one more is as likely as not; the seats where they never suffice. */
function modeOf(growth: (sequences: number) => number, seats: number): number {
  if (growth(1) <= 1) return 0;
  if (growth(seats) >= 1) return seats;
  let low = 1;
  let high = seats;
  while (high - low > 1 + low / 64) {
    const middle = (low + high) / 2;
    if (growth(middle) > 1) low = middle;
    else high = middle;
  }
  return low;
}
