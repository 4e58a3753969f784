import type { KvTransferConfig, PoolConfig, SimulationConfig } from "../../src/serving/config.ts";

/** A prefill and a decode pool of one engine, and how caches move between them. */
export function disaggregated(
  base: SimulationConfig,
  replicas: { readonly prefill: number; readonly decode: number },
  transfer: Partial<KvTransferConfig & { readonly bytesPerSecond: number }> = {},
  engines: { readonly [role in "prefill" | "decode"]?: Partial<PoolConfig["engine"]> } = {},
): SimulationConfig {
  const { bytesPerSecond = Infinity, ...rest } = transfer;
  const { scheduler, engine, cost } = base;
  const pool = (role: "prefill" | "decode"): PoolConfig => ({
    ...{ name: role, role, replicas: replicas[role], scheduler, cost, linkBytesPerSecond: bytesPerSecond },
    engine: { ...engine, ...engines[role] },
  });
  return {
    ...base,
    pools: [pool("prefill"), pool("decode")],
    kvTransfer: { bytesPerToken: 1000, latencySeconds: 0, ...rest },
  };
}
