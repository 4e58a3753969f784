/** Mean wait of M/M/k in seconds: the Erlang C formula over the spare capacity. */
export function erlangWait(servers: number, load: number, meanServiceSeconds: number): number {
  let term = 1;
  let sum = 1;
  for (let i = 1; i < servers; i++) {
    term *= load / i;
    sum += term;
  }
  const last = ((term * load) / servers) * (servers / (servers - load));
  return ((last / (sum + last)) * meanServiceSeconds) / (servers - load);
}
